/** The neutral picture: 8-bit RGB pixels, and its way from and to the VAE's floats. */

/** Rows from the top, three bytes (R, G, B) per pixel, sRGB. */
export interface Picture {
  readonly widthPx: number
  readonly heightPx: number
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
  const data = new Uint8Array(plane * 3)
  for (let channel = 0; channel < 3; channel++) {
    const start = (index * 3 + channel) * plane
    for (let pixel = 0; pixel < plane; pixel++) {
      data[pixel * 3 + channel] = byteOf(decoded[start + pixel] ?? 0)
    }
  }
  return { widthPx, heightPx, data }
}

function byteOf(value: number): number {
  const unit = Math.min(Math.max(Math.fround(value / 2 + 0.5), 0), 1)
  return roundHalfEven(Math.fround(unit * 255))
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value)
  const rest = value - below
  if (rest < 0.5 || (rest === 0.5 && below % 2 === 0)) return below
  return below + 1
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
