/** ComfyUI's weighting: z' = (z - z0)·w + z0, where z0 is the empty prompt at the same place. */
import type { Weighting } from './prompt-rule.ts'

export async function weighFromEmpty({ hidden, weights, width, empty }: Weighting): Promise<Float32Array> {
  if (weights.every(weight => weight === 1)) return hidden
  const none = await empty()
  return hidden.map((z, i) => {
    const weight = weights[Math.trunc(i / width)] ?? 1
    const z0 = none[i % none.length] ?? 0
    return weight === 1 ? z : (z - z0) * weight + z0
  })
}
