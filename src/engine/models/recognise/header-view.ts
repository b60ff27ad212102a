/** Queries on a safetensors header for recognisers: by names, patterns of names, and shapes. */
import type { SafetensorsHeader } from '../../weights/safetensors.ts'

export class HeaderView {
  readonly #tensors: SafetensorsHeader['tensors']
  readonly #names: readonly string[]

  constructor({ tensors }: SafetensorsHeader) {
    this.#tensors = tensors
    this.#names = [...tensors.keys()]
  }

  get names(): readonly string[] {
    return this.#names
  }

  has(...names: readonly string[]): boolean {
    return names.some(name => this.#tensors.has(name))
  }

  /** Whether any name matches. */
  some(pattern: RegExp): boolean {
    return this.#names.some(name => pattern.test(name))
  }

  /** Whether there are names and all of them match. */
  every(pattern: RegExp): boolean {
    return this.#names.length > 0 && this.#names.every(name => pattern.test(name))
  }

  /** A dimension of the first tensor with a matching name; undefined if there is none. axis: from the end if negative. */
  extent(pattern: RegExp, axis: number): number | undefined {
    const name = this.#names.find(one => pattern.test(one))
    return name === undefined ? undefined : this.#tensors.get(name)?.shape.at(axis)
  }
}
