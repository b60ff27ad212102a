/** Amounts of bytes in sentences. Every language has the same symbols of units. */

export const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

/** In the unit that fits the amount; large files need two decimals to show progress. */
export function sizeOf(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`
  return bytes < 1e9 ? megabytes(bytes) : `${(bytes / 1e9).toFixed(2)} GB`
}

/** With one decimal, for sizes that are compared; in MB where GB would read 0.0. */
export function shortSizeOf(bytes: number): string {
  return bytes < 5e7 ? megabytes(bytes) : `${(bytes / 1e9).toFixed(1)} GB`
}
