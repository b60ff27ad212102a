/** A weight source with some tensors replaced. */
import type { StoredTensor } from './safetensors.ts'
import type { WeightSource } from './source.ts'

/** `exchanged`: the replacing tensors by name. `source` is asked for every tensor, because it may record them. */
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
