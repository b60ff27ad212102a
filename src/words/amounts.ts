/** Amounts of bytes in sentences. Every language has the same symbols of units. */

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** The amount in kB, MB or GB. GB have two decimals, so that the progress of large files is visible. */
export function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? megabytes(bytes) : `${(bytes / 1e9).toFixed(2)} GB`
}

/** The amount in GB with one decimal, for sizes that are compared; in MB if GB would read 0.0. */
export function shortSizeOf(bytes: number): string {
  return bytes < 5e7 ? megabytes(bytes) : `${(bytes / 1e9).toFixed(1)} GB`
}
