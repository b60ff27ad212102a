/** One end of a channel between a gateway and a machine: sends and receives messages, and detects lost ones. */
import type { WorkerEndCode } from '../../errors/worker-end.ts'
import type { Clock } from '../../system/ports.ts'
import type { SealingKeys } from '../seal/sealing-keys.ts'
import type { BatchSender, Urgency } from './batch-sender.ts'
import { MessageReceiver } from './message-receiver.ts'
import { MessageSender } from './message-sender.ts'

/** Messages that are this late count as lost. BullMQ repeats a delivery sooner. */
const lossMs = 15_000

export interface LinkProgress {
  posted: number
  received: number
}

/** Frames that were posted and have not arrived. `received`: the number that has arrived, which has not changed since `sinceMs`. */
interface Lag {
  received: number
  sinceMs: number
}

export interface LinkOptions {
  keys: SealingKeys
  clock: Clock
  ownId: string
  peerId: string
  session: string
  /** Posts for all channels to this peer. */
  batches: BatchSender
  onMessage: (message: unknown) => void
  /** The channel is unusable. */
  onLost: (reason: WorkerEndCode) => void
}

export class RemoteLink {
  readonly session: string
  readonly peerId: string
  readonly #options: LinkOptions
  readonly #sender: MessageSender
  readonly #receiver = new MessageReceiver()
  #peerLag: Lag | undefined
  #ownLag: Lag | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.session = options.session
    this.peerId = options.peerId
    const { ownId, peerId } = options
    this.#sender = new MessageSender({ ...options, sender: ownId, receiver: peerId })
  }

  get progress(): LinkProgress {
    return { posted: this.#sender.posted, received: this.#receiver.received }
  }

  send(message: unknown, urgency?: Urgency): void {
    this.#sender.send(message, urgency)
  }

  flushed(): Promise<void> {
    return this.#sender.flushed()
  }

  receive(sequence: number, frame: Uint8Array): void {
    const messages = this.#receiver.receive(sequence, frame)
    if (!messages) this.#options.onLost('protocol-broken')
    for (const message of messages ?? []) this.#options.onMessage(message)
  }

  /** Compares the counts with those of the peer's record; undefined if the peer does not know the channel. */
  compare(peer: LinkProgress | undefined): void {
    const nowMs = this.#options.clock.monotonicMs()
    const own = this.progress
    const peerReceived = peer?.received ?? 0
    this.#peerLag = lagOf(this.#peerLag, peerReceived, own.posted > peerReceived || !peer, nowMs)
    this.#ownLag = lagOf(this.#ownLag, own.received, (peer?.posted ?? 0) > own.received, nowMs)
    for (const one of [this.#peerLag, this.#ownLag]) {
      if (one && nowMs - one.sinceMs >= lossMs) this.#options.onLost('messages-lost')
    }
  }

  close(): void {
    this.#sender.close()
  }
}

/** Begins anew whenever a frame arrives. */
function lagOf(before: Lag | undefined, received: number, isBehind: boolean, nowMs: number): Lag | undefined {
  if (!isBehind) return undefined
  return before?.received === received ? before : { received, sinceMs: nowMs }
}
