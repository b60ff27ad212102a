/** A weight source with some tensors exchanged. */
import type { StoredTensor } from './safetensors.ts'
import type { WeightSource } from './source.ts'

/** By name; the other tensors are asked for at `source` all the same, which may record them. */
export function withTensors(
  source: WeightSource,
  exchanged: ReadonlyMap<string, StoredTensor>,
): WeightSource {
  return {
    place: source.place,
    find(name, wanted) {
      const own = source.find(name, wanted)
      return exchanged.get(name) ?? own
    },
  }
}
