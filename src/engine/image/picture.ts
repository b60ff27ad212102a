/** The neutral picture: 8-bit RGB pixels, and the conversion from and to the VAE's floats. */

export interface SizePx {
  readonly widthPx: number
  readonly heightPx: number
}

/** Rows from the top, three bytes (R, G, B) per pixel, sRGB. */
export interface Picture extends SizePx {
  /** [heightPx, widthPx, 3] */
  readonly data: Uint8Array
}

/**
 * Picture `index` of a decoded batch, as the reference converts it: round(clamp(x/2 + 0.5, 0, 1) * 255) in float32,
 * halves to the even neighbour.
 * decoded: [batch, 3, heightPx, widthPx] in about -1..1.
 */
export function pictureFromFloats(
  decoded: Float32Array,
  widthPx: number,
  heightPx: number,
  index = 0,
): Picture {
  const plane = widthPx * heightPx
  // A clamped array is the reference's conversion: it clamps, and rounds halves to the even neighbour.
  const data = new Uint8ClampedArray(plane * 3)
  for (let channel = 0; channel < 3; channel++) {
    const start = (index * 3 + channel) * plane
    for (let pixel = 0; pixel < plane; pixel++) {
      const unit = Math.fround((decoded[start + pixel] ?? 0) / 2 + 0.5)
      data[pixel * 3 + channel] = Math.fround(unit * 255)
    }
  }
  return { widthPx, heightPx, data: new Uint8Array(data.buffer) }
}

/** The VAE encoder's input: [3, heightPx, widthPx], 2 * (byte / 255) - 1 in float32 as in the reference. */
export function floatsFromPicture(picture: Picture): Float32Array {
  const plane = picture.widthPx * picture.heightPx
  const floats = new Float32Array(plane * 3)
  for (let channel = 0; channel < 3; channel++) {
    for (let pixel = 0; pixel < plane; pixel++) {
      const unit = Math.fround((picture.data[pixel * 3 + channel] ?? 0) / 255)
      floats[channel * plane + pixel] = 2 * unit - 1
    }
  }
  return floats
}
