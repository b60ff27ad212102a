/** Linear: y = x Wᵀ + b. */
import { channelsOf, module } from '../shared/module.ts'

/** x: [..., in] → [..., out]. */
export const linear = module((g, w, x, out: number) => {
  const weight = w.tensor('weight', [out, channelsOf(x, -1)])
  return g.storedLinear(x, weight, g.weight(w.tensor('bias', [out])))
})

/** Linear without a bias: y = x Wᵀ. */
export const projection = module((g, w, x, out: number) =>
  g.storedLinear(x, w.tensor('weight', [out, channelsOf(x, -1)]), undefined),
)
