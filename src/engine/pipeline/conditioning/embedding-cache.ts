/** A cache of encoded prompts, so a set, a re-roll or a refined picture does not run the text encoders again. */
import { LRUCache } from 'lru-cache'
import type { Embedding } from './prompt-embedding.ts'

export class EmbeddingCache {
  readonly #entries: LRUCache<string, Embedding>

  /** The maximum number of entries. One of full-size SDXL takes 0.6 MB per 77 tokens. */
  constructor(capacity: number) {
    this.#entries = new LRUCache({ max: capacity })
  }

  /** `key` names the model, its adapters and every part of the prompt. */
  async get(key: readonly unknown[], encode: () => Promise<Embedding>): Promise<Embedding> {
    const text = JSON.stringify(key)
    const known = this.#entries.get(text)
    if (known) return known
    const embedding = await encode()
    this.#entries.set(text, embedding)
    return embedding
  }
}
