/** PatchEmbedding: cuts a picture into square patches and maps each linearly (Dosovitskiy et al. 2021, section 3.1). */
import { channelsOf, module } from '../shared/module.ts'

/** x: [B, 3, H, W] → [B, patches, out], in row-major order. The weight is a convolution [out, 3, p, p] without bias. */
export const patchEmbedding = module((g, w, x, patchPx: number, out: number) => {
  const [batch = 0] = x.shape
  const [channels, height, width] = [channelsOf(x, 1), channelsOf(x, 2), channelsOf(x, 3)]
  const [rows, columns, values] = [height / patchPx, width / patchPx, channels * patchPx * patchPx]
  const cut = g.reshape(x, [batch, channels, rows, patchPx, columns, patchPx])
  const patches = g.reshape(g.transpose(cut, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, values])
  const weight = g.weight(w.tensor('weight', [out, channels, patchPx, patchPx]), [out, values])
  return g.linear(patches, weight, undefined)
})
