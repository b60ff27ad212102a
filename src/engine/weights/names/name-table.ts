/** Owns translating tensor names between Stability's original ones and those of diffusers, by pairs of module paths. */

/** The same module under both names, such as `input_blocks.3.0.op` and `down_blocks.0.downsamplers.0.conv`. */
export type NamePair = readonly [original: string, diffusers: string]

/** Both directions of a list of pairs. The longest path that fits decides; what follows it stays as it is. */
export class NameTable {
  readonly #toDiffusers: ReadonlyMap<string, string>
  readonly #toOriginal: ReadonlyMap<string, string>

  constructor(pairs: readonly NamePair[]) {
    this.#toDiffusers = new Map(pairs)
    this.#toOriginal = new Map(pairs.map(([original, diffusers]) => [diffusers, original]))
  }

  /** Undefined where no pair fits: the tensor is none of the network's. */
  toDiffusers(original: string): string | undefined {
    return replaceLongestPath(original, this.#toDiffusers)
  }

  toOriginal(diffusers: string): string | undefined {
    return replaceLongestPath(diffusers, this.#toOriginal)
  }
}

/** The parts of a module, below each of its places. */
export function below(place: NamePair, parts: readonly NamePair[]): NamePair[] {
  return parts.map(([original, diffusers]) => [`${place[0]}.${original}`, `${place[1]}.${diffusers}`])
}

function replaceLongestPath(name: string, paths: ReadonlyMap<string, string>): string | undefined {
  for (let end = name.length; end > 0; end = name.lastIndexOf('.', end - 1)) {
    const path = paths.get(name.slice(0, end))
    if (path !== undefined) return path + name.slice(end)
  }
  return undefined
}
