/** The memory that networks need to run, which take turns in it. */

/** What one network needs to run alone. */
export interface MemoryNeed {
  /** Memory while its weights are read. */
  readonly openingBytes: number
  /** Memory of the weights afterwards. */
  readonly weightBytes: number
  /** Additional memory per pixel of the picture. */
  readonly bytesPerPixel: number
  /** Larger pictures are processed in parts; absent: never. */
  readonly mostPixels?: number
}

/** The largest single need for a picture of so many pixels, because networks may take turns. */
export function neededBytes(needs: readonly MemoryNeed[], pixels: number): number {
  return Math.max(
    0,
    ...needs.map(({ openingBytes, weightBytes, bytesPerPixel, mostPixels = pixels }) =>
      Math.max(openingBytes, weightBytes + bytesPerPixel * Math.min(pixels, mostPixels)),
    ),
  )
}
