/** A weight source that records the tensors that a network reads, by name. */
import type { StoredTensor } from './safetensors.ts'
import type { WeightSource } from './source.ts'

export interface RecordedSource extends WeightSource {
  /** The recorded tensors by name, before any replacement. */
  readonly found: ReadonlyMap<string, StoredTensor>
}

export function recorded(source: WeightSource): RecordedSource {
  const found = new Map<string, StoredTensor>()
  return {
    place: source.place,
    found,
    find(name, wanted) {
      const tensor = source.find(name, wanted)
      if (tensor) found.set(name, tensor)
      return tensor
    },
  }
}
