/** Golden pictures on disk: read as they are, one way, without the guards that a stranger's file needs. */
import sharp from 'sharp'
import type { Picture } from '../../src/engine/image/picture.ts'

export async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({
    resolveWithObject: true,
  })
  return { widthPx: info.width, heightPx: info.height, data: threeChannels(data, info.channels) }
}

/** A mask's brightness in 0..1, [H, W], as Pillow converts to grey: ITU-R 601 luma. */
export function lumaOf({ data }: Picture): Float32Array {
  return Float32Array.from({ length: data.length / 3 }, (_, i) => {
    const [red, green, blue] = [data[3 * i] ?? 0, data[3 * i + 1] ?? 0, data[3 * i + 2] ?? 0]
    return Math.floor((red * 19595 + green * 38470 + blue * 7471 + 0x8000) / 65536) / 255
  })
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return Uint8Array.from(data)
  return Uint8Array.from(
    { length: (data.length / channels) * 3 },
    (_, i) => data[Math.trunc(i / 3) * channels] ?? 0,
  )
}
