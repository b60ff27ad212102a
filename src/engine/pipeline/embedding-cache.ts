/** Prompts that were encoded lately: a set, a re-roll or a refined picture need not ask the text encoders again. */
import type { Embedding } from './prompt-embedding.ts'

/** Least recently used entries go first; an entry of full-size SDXL has 0.6 MB per 77 tokens. */
export class EmbeddingCache {
  readonly #capacity: number
  readonly #entries = new Map<string, Embedding>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  /** `key` names the model, its adapters and every part of the prompt. */
  async get(key: readonly unknown[], encode: () => Promise<Embedding>): Promise<Embedding> {
    const text = JSON.stringify(key)
    const embedding = this.#entries.get(text) ?? (await encode())
    // Maps keep the order of insertion: what is used moves to the end.
    this.#entries.delete(text)
    this.#entries.set(text, embedding)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest)
    return embedding
  }
}
