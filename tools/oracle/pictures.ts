/** Golden pictures on disk: read as they are, one way, without the guards that a stranger's file needs. */
import sharp from 'sharp'
import { lumaAt } from '../../src/engine/image/mask.ts'
import type { Picture } from '../../src/engine/image/picture.ts'

export async function readPicture(path: string): Promise<Picture> {
  const { data, info } = await sharp(path).removeAlpha().toColourspace('srgb').raw().toBuffer({
    resolveWithObject: true,
  })
  return { widthPx: info.width, heightPx: info.height, data: threeChannels(data, info.channels) }
}

/** A mask's luma in 0..1, [H, W]. */
export function lumaOf({ data }: Picture): Float32Array {
  return Float32Array.from({ length: data.length / 3 }, (_, pixel) => lumaAt(data, pixel) / 255)
}

function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return Uint8Array.from(data)
  return Uint8Array.from(
    { length: (data.length / channels) * 3 },
    (_, i) => data[Math.trunc(i / 3) * channels] ?? 0,
  )
}
