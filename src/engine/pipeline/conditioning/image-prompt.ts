/** Image prompts (IP-Adapter; Ye et al. 2023): converts a picture to inputs of the U-Net. */
import { floatsFromPicture, type Picture } from '../../image/picture.ts'
import { bicubic } from '../../image/resampling-filter.ts'
import { centreSquare } from '../../image/resize.ts'
import type { ImagePromptInput, IpAdapter, UNet } from '../../networks/networks.ts'
import type {
  EncodedImage,
  OpenImageEncoder,
  OpenImageProjection,
} from '../../networks/open/open-ip-adapter.ts'
import { joinValues } from '../join-values.ts'

/** The tokens of a picture, or of several, for the prompt and for the negative prompt, [tokens, contextWidth] each. */
export interface ImageTokens {
  readonly positive: Float32Array
  readonly negative: Float32Array
}

/** A picture used as a prompt in a run, or several that share one attention. */
export interface ImagePrompt extends ImageTokens {
  readonly adapter: IpAdapter
  /** One scale per cross-attention of the U-Net. */
  readonly scales: readonly number[]
}

/** CLIP's mean and deviation of red, green and blue (Radford et al. 2021, published code). */
const mean = [0.48145466, 0.4578275, 0.40821073]
const deviation = [0.26862954, 0.26130258, 0.27577711]

/** The picture's centre square at the encoder's size, [3, sidePx, sidePx]. */
export function clipPixels(picture: Picture, sidePx: number): Float32Array {
  const plane = sidePx * sidePx
  const square = centreSquare(picture, sidePx, bicubic)
  return floatsFromPicture(square).map((value, i) => {
    const channel = Math.trunc(i / plane)
    return (value / 2 + 0.5 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)
  })
}

/** The negative side: a vector of zeros, or for Plus the encoding of a picture of zeros. */
export async function imageTokens(
  encoder: OpenImageEncoder,
  projection: OpenImageProjection,
  pixels: Float32Array,
): Promise<ImageTokens> {
  const seen = await encoder.encode(pixels)
  const nothing: EncodedImage =
    projection.config.sees === 'embeds'
      ? { ...seen, embeds: new Float32Array(seen.embeds.length) }
      : await encoder.encode(new Float32Array(pixels.length))
  return { positive: await projection.project(seen), negative: await projection.project(nothing) }
}

/** The tokens of two pictures in one sequence for one attention, as the reference joins the pictures of one adapter. */
export function joinTokens(one: ImageTokens, other: ImageTokens): ImageTokens {
  return {
    positive: joinValues([one.positive, other.positive]),
    negative: joinValues([one.negative, other.negative]),
  }
}

/** The same scale in every cross-attention. */
export function evenScales(unet: UNet, scale: number): number[] {
  return unet.crossAttentions.map(() => scale)
}

/** For a call of `rows` rows: the last `pictures` rows are positive, those before them negative. */
export function imagePromptsFor(
  prompts: readonly ImagePrompt[],
  rows: number,
  pictures: number,
): ImagePromptInput[] {
  return prompts.map(({ adapter, positive, negative, scales }) => {
    const tokens = new Float32Array(rows * positive.length)
    for (let row = 0; row < rows; row++) {
      tokens.set(row < rows - pictures ? negative : positive, row * positive.length)
    }
    return { adapter, tokens, scales }
  })
}
