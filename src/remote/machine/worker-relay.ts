/** The machine's side of one channel: a client of the device that the gateway names. It forwards messages both ways. */
import { messageToWorker } from '../../engine/host/protocol.ts'
import type { WorkerEndCode } from '../../errors/worker-end.ts'
import type { Clock } from '../../system/ports.ts'
import type { ChannelEvents } from '../endpoint.ts'
import { type EnvelopeToGateway, type EnvelopeToMachine, envelopeToMachine } from '../messages/envelopes.ts'
import type { RemoteLink } from '../messages/remote-link.ts'
import type { StorePause } from '../store/store-pause.ts'
import type { StoredMessages } from '../store/stored-messages.ts'
import type { DeviceClient } from './device-client.ts'
import type { SharedDevice } from './shared-device.ts'

export interface RelayOptions {
  gateway: string
  deviceNamed: (name: string) => SharedDevice | undefined
  connect: (events: ChannelEvents) => RemoteLink
  /** The store for results; undefined while the gateway does not read from it. */
  resultStore: () => StoredMessages | undefined
  storePause: StorePause
  clock: Clock
}

export class WorkerRelay {
  readonly gateway: string
  /** Resolves when the worker has ended, and the gateway is notified if it can be reached. */
  readonly ended: Promise<void>
  readonly #options: RelayOptions
  readonly #link: RemoteLink
  #end: () => void = () => {}
  #device: SharedDevice | undefined
  /** Undefined before the channel is opened, and after its worker has ended. */
  #client: DeviceClient | undefined
  /** The time from which the gateway can use the store again, on the monotonic clock. */
  #storeFromMs = 0
  #isKilled = false
  #isStopping = false
  /** Messages keep their order while a result is being stored. */
  #sending: Promise<void> = Promise.resolve()
  deviceName: string | undefined

  constructor(options: RelayOptions) {
    this.#options = options
    this.gateway = options.gateway
    this.ended = new Promise(resolve => {
      this.#end = resolve
    })
    this.#link = options.connect({
      onMessage: message => this.#receive(message),
      onLost: () => this.kill(),
    })
  }

  /** Ends the worker at once. The gateway is not notified, because it has ended or lost the channel. */
  kill(): void {
    if (this.#isKilled) return
    this.#isKilled = true
    this.#link.close()
    if (this.#client) this.#device?.drop(this.#client)
    else this.#end()
  }

  /** Ends the worker at once, because the machine ends. The gateway is notified, and does not count the run. */
  stop(): void {
    this.#isStopping = true
    if (this.#client) this.#device?.drop(this.#client)
    else this.#finish('machine-stopped' satisfies WorkerEndCode, true)
  }

  #receive(raw: unknown): void {
    const parsed = envelopeToMachine.safeParse(raw)
    if (parsed.success) this.#handle(parsed.data)
    else this.kill()
  }

  #handle(envelope: EnvelopeToMachine): void {
    switch (envelope.kind) {
      case 'open':
        this.#storeFromMs = this.#options.clock.monotonicMs() + (envelope.storePauseMs ?? 0)
        this.#lend(envelope.device)
        return
      case 'kill':
        if (this.#client) this.#device?.kill(this.#client)
        else this.#finish('never-started' satisfies WorkerEndCode, true)
        return
      case 'message':
        this.#forward(envelope.message)
    }
  }

  #lend(name: string): void {
    const device = this.#options.deviceNamed(name)
    if (!device || this.#client) {
      this.#finish('device-missing' satisfies WorkerEndCode, false)
      return
    }
    this.#device = device
    this.deviceName = name
    this.#client = {
      gateway: this.gateway,
      onMessage: message => this.#send({ kind: 'message', message }),
      onEnded: ({ reason, byOthers }) => {
        this.#client = undefined
        this.#finish(this.#isStopping ? ('machine-stopped' satisfies WorkerEndCode) : reason, byOthers)
      },
    }
    device.attach(this.#client)
  }

  #forward(raw: unknown): void {
    const parsed = messageToWorker.safeParse(raw)
    if (!parsed.success) this.kill()
    else if (this.#client) this.#device?.post(this.#client, parsed.data)
  }

  #send(envelope: EnvelopeToGateway): void {
    this.#sending = this.#sending.then(async () => {
      const kind = kindOf(envelope)
      const sent = kind === 'done' ? await this.#storeResult(envelope) : envelope
      this.#link.send(sent, kind === 'step' ? 'deferrable' : 'now')
    })
  }

  /** Writes a result to the store, and returns the envelope to send. If the store refuses the result, Redis carries it. */
  async #storeResult(envelope: EnvelopeToGateway): Promise<EnvelopeToGateway> {
    const { resultStore, storePause, clock } = this.#options
    const isPaused = storePause.leftMs > 0 || clock.monotonicMs() < this.#storeFromMs
    const messages = isPaused ? undefined : resultStore()
    if (!messages || envelope.kind !== 'message') return envelope
    try {
      const sequence = await messages.put(envelope.message)
      storePause.succeed()
      return { kind: 'stored', sequence }
    } catch (error) {
      storePause.fail(error)
      return envelope
    }
  }

  #finish(reason: string, byOthers: boolean): void {
    this.#send({ kind: 'ended', reason, byOthers })
    void this.#sending.then(() => this.#link.flushed()).then(() => this.#end())
  }
}

/** The kind of the worker's own message. */
function kindOf(envelope: EnvelopeToGateway): unknown {
  return envelope.kind === 'message' && isRecord(envelope.message) ? envelope.message.kind : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
