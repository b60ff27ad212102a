/** e2e/: what a case starts from. */
import type { Picture } from '../../../src/engine/image/picture.ts'
import type { OracleFolder } from '../folder.ts'
import { lumaOf, readPicture } from '../pictures.ts'
import type { SizePx } from './e2e-conditioning.ts'
import type { Arguments, E2eCase } from './e2e-request.ts'

export type Source = SizePx & {
  /** Its luma in 0..1, [H, W]. */
  readonly mask?: Float32Array | undefined
} & (
    | { readonly kind: 'picture'; readonly picture: Picture }
    | { readonly kind: 'latents'; readonly latents: Float32Array }
  )

/** A picture file, or the latents of another case, which the note names. */
export async function readSource(
  oracle: OracleFolder,
  one: E2eCase,
  args: Arguments,
  factor: number,
): Promise<Source | undefined> {
  const mask =
    args.mask_image === undefined ? undefined : lumaOf(await readPicture(oracle.path('e2e', args.mask_image)))
  if (args.image !== undefined) {
    const picture = await readPicture(oracle.path('e2e', args.image))
    const { heightPx, widthPx } = picture
    return { kind: 'picture', picture, mask, heightPx, widthPx }
  }
  if (one.pipeline === 'txt2img') return undefined
  const [, other] = /final_latents of ([\w.-]*\w)/.exec(one.note ?? '') ?? []
  if (other === undefined) throw new Error('neither an image nor a note that names latents')
  const latents = (await oracle.tensors('e2e', `${other}.safetensors`)).get('final_latents')
  const [, , heightLatent = 0, widthLatent = 0] = latents.shape
  return {
    kind: 'latents',
    latents: Float32Array.from(latents.data),
    mask,
    heightPx: heightLatent * factor,
    widthPx: widthLatent * factor,
  }
}
