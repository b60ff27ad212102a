/**
 * Large messages of one channel, as objects in a store that both ends use. They are sealed and numbered, so the store's owner can
 * neither read them nor swap them.
 */
import { pack, unpack } from 'msgpackr'
import { AppError } from '../../errors/errors.ts'
import { open, seal } from '../seal/seal.ts'
import type { SealingKeys } from '../seal/sealing-keys.ts'
import type { ObjectStore } from './object-store.ts'

/** The parts of an object store that messages use. */
export type SharedStore = Pick<ObjectStore, 'put' | 'get' | 'delete' | 'id' | 'host'>

export interface StoredMessagesOptions {
  store: SharedStore
  prefix: string
  keys: SealingKeys
  /** Ids of the two ends, and the channel. */
  sender: string
  receiver: string
  session: string
}

export class StoredMessages {
  readonly #options: StoredMessagesOptions
  #next = 0

  constructor(options: StoredMessagesOptions) {
    this.#options = options
  }

  /** Stores a message, and returns its number. @throws as ObjectStore.put. */
  async put(message: unknown): Promise<number> {
    const { store, keys } = this.#options
    const sequence = this.#next
    this.#next += 1
    await store.put(this.#keyOf(sequence), seal(keys, this.#headerOf(sequence), pack(message)))
    return sequence
  }

  /** Reads the message with that number. @throws AppError 'store' when it is missing, truncated or changed. */
  async get(sequence: number): Promise<unknown> {
    const { store, keys } = this.#options
    const opened = open(keys, await store.get(this.#keyOf(sequence)))
    const isOurs =
      opened.kind === 'opened' && JSON.stringify(opened.header) === JSON.stringify(this.#headerOf(sequence))
    if (!isOurs) throw new AppError('store', { host: store.host, problem: { what: 'damaged' } })
    const message: unknown = unpack(opened.plain)
    return message
  }

  /** Deletes the message. If that fails, the bucket's own lifecycle rule deletes it. */
  async remove(sequence: number): Promise<void> {
    await this.#options.store.delete(this.#keyOf(sequence)).catch(() => {})
  }

  /** Deletes the last message, which may not have been read. */
  async removeLast(): Promise<void> {
    if (this.#next > 0) await this.remove(this.#next - 1)
  }

  /** Derived on each side, so no path comes from the other end. */
  #keyOf(sequence: number): string {
    const { prefix, session } = this.#options
    return `${prefix}/${session}/${sequence}`
  }

  #headerOf(sequence: number) {
    const { sender, receiver, session } = this.#options
    return { sender, receiver, session: `${session} stored`, sequence }
  }
}
