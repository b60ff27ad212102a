/** One channel on the machine's side: opens a worker on the device that the gateway names, and passes messages both ways. */
import type { Channel } from '../../engine/host/channel-host.ts'
import { type MessageToWorker, messageToWorker } from '../../engine/host/protocol.ts'
import type { ChannelEvents } from '../endpoint.ts'
import { type EnvelopeToGateway, type EnvelopeToMachine, envelopeToMachine } from '../messages/envelopes.ts'
import type { RemoteLink } from '../messages/remote-link.ts'
import type { StoredMessages } from '../store/stored-messages.ts'
import type { LentDevice } from './machine.ts'

export interface RelayOptions {
  gateway: string
  devices: readonly LentDevice[]
  /** Whether no other worker is on the device. */
  isFree: (device: string) => boolean
  connect: (events: ChannelEvents) => RemoteLink
  /** Where results are put, if the gateway takes them from there now. */
  stored: () => StoredMessages | undefined
  onError: (error: unknown) => void
}

export class WorkerRelay {
  readonly gateway: string
  /** Resolves when the worker is gone and the gateway knows it, as far as it can be told. */
  readonly ended: Promise<void>
  readonly #options: RelayOptions
  readonly #link: RemoteLink
  #end: () => void = () => {}
  #lent: LentDevice | undefined
  #worker: Channel | undefined
  #isKilled = false
  /** Messages keep their order while a result is being stored. */
  #sending: Promise<void> = Promise.resolve()

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

  get device(): string | undefined {
    return this.#lent?.name
  }

  /** Ends the worker at once. The gateway is not told, since it is gone or lost the channel. */
  kill(): void {
    if (this.#isKilled) return
    this.#isKilled = true
    this.#link.close()
    this.#worker?.kill?.()
    if (!this.#worker) this.#end()
  }

  #receive(raw: unknown): void {
    const parsed = envelopeToMachine.safeParse(raw)
    if (parsed.success) this.#handle(parsed.data)
    else this.kill()
  }

  #handle(envelope: EnvelopeToMachine): void {
    switch (envelope.kind) {
      case 'open':
        this.#lend(envelope.device)
        return
      case 'kill':
        if (this.#worker) this.#worker.kill?.()
        else this.#finish('it had not started', true)
        return
      case 'message':
        this.#pass(envelope.message)
        return
    }
  }

  #lend(name: string): void {
    const device = this.#options.devices.find(one => one.name === name)
    if (!device || !this.#options.isFree(name)) {
      this.#finish('the device is not free', false)
      return
    }
    this.#lent = device
  }

  #pass(raw: unknown): void {
    const parsed = messageToWorker.safeParse(raw)
    if (parsed.success && this.#worker) this.#worker.post(parsed.data)
    else if (parsed.success && parsed.data.kind === 'start' && this.#lent)
      this.#start(this.#lent, parsed.data)
    else this.kill()
  }

  /** The machine has models and devices of its own: it knows better than the gateway how its worker is set up. */
  #start(device: LentDevice, message: Extract<MessageToWorker, { kind: 'start' }>): void {
    const { channel, setup } = device.open(message.setup)
    this.#worker = channel
    channel.onMessage(reply => this.#send({ kind: 'message', message: reply }))
    channel.ended.then(
      ({ reason, byOthers }) => this.#finish(reason, byOthers),
      error => this.#finish(String(error), false),
    )
    channel.post({ ...message, setup })
  }

  #send(envelope: EnvelopeToGateway): void {
    this.#sending = this.#sending.then(async () => {
      const isStep = kindOf(envelope) === 'step'
      const isResult = kindOf(envelope) === 'done'
      this.#link.send(isResult ? await this.#stored(envelope) : envelope, isStep ? 'patient' : 'now')
    })
  }

  /** Where the store does not take it, the result travels through Redis. */
  async #stored(envelope: EnvelopeToGateway): Promise<EnvelopeToGateway> {
    const stored = this.#options.stored()
    if (!stored || envelope.kind !== 'message') return envelope
    try {
      return { kind: 'stored', sequence: await stored.put(envelope.message) }
    } catch (error) {
      this.#options.onError(error)
      return envelope
    }
  }

  #finish(reason: string, byOthers: boolean): void {
    this.#send({ kind: 'ended', reason, byOthers })
    void this.#sending.then(() => this.#link.flushed()).then(() => this.#end())
  }
}

/** Of the worker's own message. */
function kindOf(envelope: EnvelopeToGateway): unknown {
  return envelope.kind === 'message' && isRecord(envelope.message) ? envelope.message.kind : undefined
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
