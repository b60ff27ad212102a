/** The gateway's side: the present machines, and channels to workers on their devices. */
import type { Channel, WorkerEnd } from '../../engine/host/channel-host.ts'
import { deferred } from '../../engine/host/deferred.ts'
import type { WorkerEndCode } from '../../errors/worker-end.ts'
import type { Ids } from '../../system/ports.ts'
import { Endpoint, type EndpointOptions } from '../endpoint.ts'
import { openMemoryDiscard } from '../messages/discard-memory.ts'
import { type EnvelopeToGateway, type EnvelopeToMachine, envelopeToGateway } from '../messages/envelopes.ts'
import type { RemoteLink } from '../messages/remote-link.ts'
import { UsedSessions } from '../messages/used-sessions.ts'
import { ModelServer, type ServedModel } from '../models/model-server.ts'
import { type Peer, Presence } from '../presence/presence.ts'
import { type GatewayRecord, type MachineRecord, machineRecord, ownProtocol } from '../presence/records.ts'
import { recordKeys } from '../record-keys.ts'
import type { SealHeader } from '../seal/seal.ts'
import { StorePause } from '../store/store-pause.ts'
import { StoredMessages } from '../store/stored-messages.ts'
import { admit, type MachineAdmission } from './admission.ts'

export interface GatewayOptions extends EndpointOptions {
  version: string
  ids: Ids
  /** Its weight on devices that it shares with other gateways. */
  weight: number
  /** Only for a command, which has no work itself. `drained`: the names of machines to send away. */
  operator?: { drained: readonly string[] }
  /** The models that machines may fetch; none if absent. */
  models?: readonly ServedModel[]
  /** Called after every heartbeat, with the machines in the order of arrival, and with the ids of those that have another key. */
  onMachines: (admissions: readonly MachineAdmission[], otherKeyIds: readonly string[]) => void
}

interface OpenChannel {
  readonly link: RemoteLink
  end(end: WorkerEnd): void
}

const lost = (reason: WorkerEndCode): WorkerEnd => ({ reason, byOthers: false, isUnreachable: true })

export class Gateway {
  readonly #options: GatewayOptions
  readonly #endpoint: Endpoint
  readonly #presence: Presence<GatewayRecord, MachineRecord>
  readonly #channels = new Map<string, OpenChannel>()
  readonly #sessions = new UsedSessions()
  readonly #discard = openMemoryDiscard()
  readonly #storePause: StorePause
  #admissions: readonly MachineAdmission[] = []

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#storePause = new StorePause(options.clock, options.onStore)
    this.#endpoint = new Endpoint(options, header => this.#serve(header))
    const { machines, gateways } = recordKeys(options.prefix)
    this.#presence = new Presence<GatewayRecord, MachineRecord>({
      ...options,
      ownKey: gateways,
      peersKey: machines,
      schema: machineRecord,
      describe: heard => this.#describe(heard),
      onHeartbeat: (peers, otherKeyIds) => this.#handleHeartbeat(peers, otherKeyIds),
      onForgotten: id => {
        this.#sessions.forget(id)
        void this.#endpoint.forget(id)
      },
      onError: this.#endpoint.onError,
    })
  }

  start(): void {
    // A command has no channels, and BullMQ's timer for a blocked read would keep its process alive for eleven seconds.
    if (!this.#options.operator) this.#endpoint.listen()
    this.#presence.start()
  }

  /** A channel to a new worker on a machine's device. It ends as unreachable when the machine is lost. */
  open(machineId: string, device: string): Channel {
    const session = this.#options.ids.next()
    const ended = deferred<WorkerEnd>()
    let receive: (message: unknown) => void = () => {}
    const end = (how: WorkerEnd) => {
      this.#channels.delete(session)
      this.#endpoint.disconnect(session)
      ended.resolve(how)
    }
    const { store, prefix, keys, id } = this.#options
    const ends = { sender: machineId, receiver: id, session }
    const stored = store && new StoredMessages({ store, prefix, keys, ...ends })
    // Messages keep their order while a result is read from the store.
    let received: Promise<void> = Promise.resolve()
    const link = this.#endpoint.connect(machineId, session, {
      onMessage: raw => {
        const parsed = envelopeToGateway.safeParse(raw)
        if (!parsed.success) return end(lost('protocol-broken'))
        received = received.then(() => this.#receive(parsed.data, stored, message => receive(message), end))
      },
      onLost: reason => end(lost(reason)),
    })
    this.#channels.set(session, { link, end })
    const send = (envelope: EnvelopeToMachine) => link.send(envelope)
    const { leftMs: storePauseMs } = this.#storePause
    // The pause is sent too, because the machine may open the channel before it has read the gateway's next record.
    send({ kind: 'open', device, ...(storePauseMs > 0 && { storePauseMs }) })
    return {
      post: message => send({ kind: 'message', message }),
      onMessage: callback => {
        receive = callback
      },
      ended: ended.promise,
      kill: () => send({ kind: 'kill' }),
      // Decryption allocated these bytes for this channel alone, so nobody else reads them.
      discard: this.#discard,
    }
  }

  async #receive(
    envelope: EnvelopeToGateway,
    stored: StoredMessages | undefined,
    receive: (message: unknown) => void,
    end: (how: WorkerEnd) => void,
  ): Promise<void> {
    switch (envelope.kind) {
      case 'message':
        return receive(envelope.message)
      case 'ended':
        return end(endOf(envelope))
      case 'stored':
        try {
          if (!stored) return end(lost('protocol-broken'))
          receive(await stored.get(envelope.sequence))
          this.#storePause.succeed()
          void stored.remove(envelope.sequence)
        } catch (error) {
          // The job runs again, and its next result travels through Redis.
          this.#storePause.fail(error)
          end(lost('result-lost'))
        }
    }
  }

  /** Ends all channels, and removes the own record. */
  async close(): Promise<void> {
    for (const { end } of this.#channels.values()) end(lost('gateway-stopped'))
    await this.#presence.end()
    await this.#endpoint.close()
  }

  /** The ids of the machines that may fetch models: those that get work. */
  #machinesThatMayFetch(): string[] {
    if (!this.#options.models) return []
    return this.#admissions.filter(({ refused }) => !refused).map(({ id }) => id)
  }

  /** Serves models over a channel that a machine opens. Machines open no other kind of channel. */
  #serve({ sender, session, sequence }: SealHeader): void {
    const { models } = this.#options
    const mayFetch = this.#machinesThatMayFetch().includes(sender)
    if (!models || !mayFetch || sequence !== 0 || !this.#sessions.use(sender, session)) return
    const end = () => {
      this.#channels.delete(session)
      this.#endpoint.disconnect(session)
    }
    const link = this.#endpoint.connect(sender, session, {
      onMessage: message => server.receive(message),
      onLost: end,
    })
    const server = new ModelServer({
      models,
      send: reply => link.send(reply),
      onBroken: end,
      onError: this.#endpoint.onError,
    })
    this.#channels.set(session, { link, end })
  }

  #describe(heard: Record<string, number>): GatewayRecord {
    const refused = this.#admissions.flatMap(({ id, refused: why }) => (why ? [[id, why] as const] : []))
    const { version, weight, operator, store } = this.#options
    const hasFailed = this.#storePause.leftMs > 0
    return {
      version,
      weight,
      protocol: ownProtocol,
      heard,
      channels: this.#endpoint.progress(),
      refused: Object.fromEntries(refused),
      ...(store && !hasFailed && { store: store.id }),
      servesModelsTo: this.#machinesThatMayFetch(),
      isOperator: operator !== undefined,
      drained: [...(operator?.drained ?? [])],
    }
  }

  #handleHeartbeat(machines: readonly Peer<MachineRecord>[], otherKeyIds: readonly string[]): void {
    const records = new Map(machines.map(peer => [peer.id, peer.record]))
    for (const { link, end } of [...this.#channels.values()]) {
      const record = records.get(link.peerId)
      if (record) link.compare(record.channels[link.session])
      else end(lost('unresponsive'))
    }
    this.#admissions = admit(machines, this.#admissions)
    this.#options.onMachines(this.#admissions, otherKeyIds)
  }
}

/** A machine that stops counts as lost, because the run did not cause the end of the worker. */
function endOf({ reason, byOthers }: Extract<EnvelopeToGateway, { kind: 'ended' }>): WorkerEnd {
  return reason === ('machine-stopped' satisfies WorkerEndCode) ? lost(reason) : { reason, byOthers }
}
