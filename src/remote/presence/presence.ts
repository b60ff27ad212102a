/**
 * The presence of peers: writes the own record every second, and reads the peers' records. Each own record has a number, and a peer is
 * alive while its record repeats a recent one of these. So the peer's clock does not matter, and a replayed record proves nothing.
 */
import type { Redis } from 'ioredis'
import { pack, unpack } from 'msgpackr'
import type { z } from 'zod'
import type { Clock } from '../../system/ports.ts'
import { open, seal } from '../seal/seal.ts'
import type { SealingKeys } from '../seal/sealing-keys.ts'

const heartbeatMs = 1000
/** A peer counts as lost after this time without an answer: several heartbeats and a restart of Redis. */
export const aliveMs = 8000
/** A record that is not renewed is removed after this time. */
const forgetAfterMs = 60_000
/** The maximum number of own records whose times are remembered. */
const maxOwnRecords = 64

export interface Peer<PeerRecord> {
  readonly id: string
  readonly record: PeerRecord
}

export interface PresenceOptions<OwnRecord, PeerRecord> {
  redis: Redis
  keys: SealingKeys
  clock: Clock
  id: string
  /** The keys of the two hashes in Redis: that with the own record, and that with the peers' records. */
  ownKey: string
  peersKey: string
  schema: z.ZodType<PeerRecord & { heard: Record<string, number> }>
  describe: (heard: Record<string, number>) => OwnRecord
  /** Called after each heartbeat with all living peers, and with the ids of those that seal their records with another key. */
  onHeartbeat: (peers: readonly Peer<PeerRecord>[], otherKeyIds: readonly string[]) => void
  /** Called when a peer has left, or has not renewed its record for a minute. */
  onForgotten: (id: string) => void
  onError: (error: unknown) => void
}

interface KnownPeer<PeerRecord> {
  record: PeerRecord
  sequence: number
  /** The time at which we wrote the record that the peer repeated last. */
  answeredMs: number
  renewedMs: number
}

/** A record that is sealed with another key. */
interface OtherKeyRecord {
  sealed: Uint8Array
  renewedMs: number
}

export class Presence<OwnRecord, PeerRecord> {
  readonly #options: PresenceOptions<OwnRecord, PeerRecord>
  readonly #known = new Map<string, KnownPeer<PeerRecord>>()
  readonly #otherKeyRecords = new Map<string, OtherKeyRecord>()
  /** The times of our last records by number. */
  readonly #writtenMs = new Map<number, number>()
  #sequence = 0
  #isEnded = false
  #isExchanging = false
  #cancelHeartbeat: () => void = () => {}
  #exchanging: Promise<void> = Promise.resolve()

  constructor(options: PresenceOptions<OwnRecord, PeerRecord>) {
    this.#options = options
  }

  /** Writes and reads from now on, every second. */
  start(): void {
    this.#exchanging = this.#exchange()
  }

  /** Writes and reads now, for a change that peers should see soon. */
  async refresh(): Promise<void> {
    this.#cancelHeartbeat()
    await this.#exchanging
    if (!this.#isEnded) this.start()
    await this.#exchanging
  }

  /** The living peers. */
  alive(): Peer<PeerRecord>[] {
    const nowMs = this.#options.clock.monotonicMs()
    return [...this.#known]
      .filter(([, { answeredMs }]) => nowMs - answeredMs < aliveMs)
      .map(([id, { record }]) => ({ id, record }))
  }

  /** The number of the next own record. */
  get nextNumber(): number {
    return this.#sequence
  }

  /** The peer's last record, also while the peer does not answer. Undefined once it is forgotten. */
  recordOf(id: string): PeerRecord | undefined {
    return this.#known.get(id)?.record
  }

  /** Removes the own record. */
  async end(): Promise<void> {
    const { redis, ownKey, id } = this.#options
    this.#isEnded = true
    this.#cancelHeartbeat()
    if (redis.status === 'ready') await redis.hdel(ownKey, id)
  }

  async #exchange(): Promise<void> {
    this.#cancelHeartbeat = this.#options.clock.after(heartbeatMs, () => {
      if (!this.#isEnded) this.start()
    })
    // The first report lets peers time out even while a read hangs in a lost connection.
    this.#report()
    if (this.#isExchanging) return
    this.#isExchanging = true
    try {
      await this.#write()
      await this.#read()
    } catch (error) {
      this.#options.onError(error)
    }
    this.#isExchanging = false
    this.#report()
  }

  #report(): void {
    if (!this.#isEnded) this.#options.onHeartbeat(this.alive(), this.#otherKeyIds())
  }

  async #write(): Promise<void> {
    const { redis, keys, clock, id, ownKey, describe } = this.#options
    const sequence = this.#sequence
    this.#sequence += 1
    this.#writtenMs.set(sequence, clock.monotonicMs())
    this.#writtenMs.delete(sequence - maxOwnRecords)
    const heard = Object.fromEntries([...this.#known].map(([peer, known]) => [peer, known.sequence]))
    const header = { sender: id, receiver: '*', session: id, sequence }
    if (redis.status === 'ready')
      await redis.hset(ownKey, id, Buffer.from(seal(keys, header, pack(describe(heard)))))
  }

  async #read(): Promise<void> {
    const { redis, peersKey, clock, onForgotten } = this.#options
    if (redis.status !== 'ready') return
    const found = await redis.hgetallBuffer(peersKey)
    const nowMs = clock.monotonicMs()
    for (const [id, sealed] of Object.entries(found)) this.#readRecord(id, sealed, nowMs)
    for (const id of this.#otherKeyRecords.keys()) if (!found[id]) this.#otherKeyRecords.delete(id)
    for (const [id, { renewedMs, answeredMs }] of this.#known) {
      // A missing record does not mean that the peer left: Redis may have lost its data, and the next heartbeat restores it.
      const hasLeft = found[id] === undefined && nowMs - answeredMs >= aliveMs
      if (!hasLeft && nowMs - renewedMs < forgetAfterMs) continue
      this.#known.delete(id)
      await redis.hdel(peersKey, id)
      onForgotten(id)
    }
  }

  /** The ids of peers with another key. A record that is not renewed does not count: it may be from before a change of keys. */
  #otherKeyIds(): string[] {
    const nowMs = this.#options.clock.monotonicMs()
    return [...this.#otherKeyRecords]
      .filter(([, { renewedMs }]) => nowMs - renewedMs < aliveMs)
      .map(([id]) => id)
  }

  #recordOtherKey(id: string, sealed: Uint8Array, nowMs: number): void {
    const before = this.#otherKeyRecords.get(id)
    if (before && Buffer.compare(before.sealed, sealed) === 0) return
    this.#otherKeyRecords.set(id, { sealed, renewedMs: before ? nowMs : Number.NEGATIVE_INFINITY })
  }

  #readRecord(id: string, sealed: Uint8Array, nowMs: number): void {
    const { keys, schema, id: ownId } = this.#options
    const opened = open(keys, sealed)
    if (opened.kind === 'refused') {
      if (opened.why === 'key') this.#recordOtherKey(id, sealed, nowMs)
      return
    }
    this.#otherKeyRecords.delete(id)
    const { sender, receiver, sequence } = opened.header
    const known = this.#known.get(id)
    if (sender !== id || receiver !== '*' || (known && sequence <= known.sequence)) return
    const parsed = schema.safeParse(unpack(opened.plain))
    if (!parsed.success) return
    const echo = parsed.data.heard[ownId]
    const answeredMs =
      (echo === undefined ? undefined : this.#writtenMs.get(echo)) ?? Number.NEGATIVE_INFINITY
    this.#known.set(id, {
      record: parsed.data,
      sequence,
      answeredMs: Math.max(answeredMs, known?.answeredMs ?? Number.NEGATIVE_INFINITY),
      renewedMs: nowMs,
    })
  }
}
