/** Translates tensor names between Stability's original ones and those of diffusers, with pairs of module paths. */

/** The same module under both names, such as `input_blocks.3.0.op` and `down_blocks.0.downsamplers.0.conv`. */
export type NamePair = readonly [original: string, diffusers: string]

/** Translates with a list of pairs, in both directions. The longest matching path counts; the rest stays unchanged. */
export class NameTable {
  readonly #toDiffusers: ReadonlyMap<string, string>
  readonly #toOriginal: ReadonlyMap<string, string>

  constructor(pairs: readonly NamePair[]) {
    this.#toDiffusers = new Map(pairs)
    this.#toOriginal = new Map(pairs.map(([original, diffusers]) => [diffusers, original]))
  }

  /** Undefined if no pair matches: the tensor does not belong to the network. */
  toDiffusers(original: string): string | undefined {
    return replaceLongestPath(original, this.#toDiffusers)
  }

  toOriginal(diffusers: string): string | undefined {
    return replaceLongestPath(diffusers, this.#toOriginal)
  }
}

/** The pairs for the parts of a module, with the module's paths as prefixes. */
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
