/** Owns the normalisations: by groups of channels and by rows. */
import { channelsOf, module } from './module.ts'

/** How a GroupNorm is cut: SDXL has 32 groups everywhere; epsilon differs by place. */
export interface GroupNormOptions {
  readonly groups: number
  readonly epsilon: number
}

/** x: [B, C, ...] → same. */
export const groupNorm = module((g, w, x, { groups, epsilon }: GroupNormOptions) => {
  const channels = channelsOf(x, 1)
  return g.groupNorm(x, w.tensor('weight', [channels]), w.tensor('bias', [channels]), groups, epsilon)
})

/** x: [..., C] → same. */
export const layerNorm = module((g, w, x, epsilon: number) => {
  const channels = channelsOf(x, -1)
  return g.layerNorm(
    x,
    g.weight(w.tensor('weight', [channels])),
    g.weight(w.tensor('bias', [channels])),
    epsilon,
  )
})
