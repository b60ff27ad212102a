/** A machine that lends its devices: it publishes its record, opens workers for gateways, and relays their messages. */
import type { Ids } from '../../system/ports.ts'
import { within } from '../../system/time-limit.ts'
import { Endpoint, type EndpointOptions } from '../endpoint.ts'
import { UsedSessions } from '../messages/used-sessions.ts'
import { ModelFetcher, type ModelFetcherOptions } from '../models/model-fetcher.ts'
import { type Peer, Presence } from '../presence/presence.ts'
import {
  type GatewayRecord,
  gatewayRecord,
  type MachineRecord,
  type MachineRefusal,
  ownProtocol,
  type Reference,
  understands,
} from '../presence/records.ts'
import { recordKeys } from '../record-keys.ts'
import type { SealHeader } from '../seal/seal.ts'
import { StorePause } from '../store/store-pause.ts'
import { StoredMessages } from '../store/stored-messages.ts'
import { type LentDevice, SharedDevice } from './shared-device.ts'
import { WorkerRelay } from './worker-relay.ts'

export interface MachineOptions extends EndpointOptions {
  name: string
  version: string
  devices: readonly LentDevice[]
  models: readonly Reference[]
  files: readonly Reference[]
  /** The folder for fetched models. Without it no model is fetched. */
  fetch?: Pick<ModelFetcherOptions, 'modelsDir' | 'freeBytes' | 'fetched' | 'onEvent'> & { ids: Ids }
  /** The length of a device's reservation for the gateway whose next run comes first; a second by default. */
  reservationMs?: number
  /** Called when the status changes, for operators. */
  onStatus: (status: MachineStatus) => void
}

const defaultReservationMs = 1000
/** The time limit of the last messages. A gateway without them misses the machine's heartbeat soon afterwards. */
const leaveLimitMs = 3000

export type MachineStatus =
  | { kind: 'alone' }
  | { kind: 'other-key' }
  | { kind: 'joined'; gateways: number }
  | { kind: 'refused'; why: MachineRefusal }
  | { kind: 'drained' }

/** The number of records, one a second, that announce the departure to the gateways before the machine leaves. */
const drainingRecords = 3

/** The maximum number of messages that wait for the first heartbeat of their gateway, which comes within two seconds. */
const maxEarlyMessages = 256

export class Machine {
  readonly #options: MachineOptions
  readonly #endpoint: Endpoint
  readonly #presence: Presence<MachineRecord, GatewayRecord>
  readonly #relays = new Map<string, WorkerRelay>()
  readonly #sessions = new UsedSessions()
  /** Shared by all channels: they use one store. */
  readonly #storePause: StorePause
  readonly #fetcher: ModelFetcher | undefined
  readonly #devices = new Map<string, SharedDevice>()
  #isDraining = false
  /** The number of the first record that announces the departure. */
  #firstDrainingRecord = Number.POSITIVE_INFINITY
  /** First messages of gateways whose first heartbeat has not arrived yet. */
  readonly #earlyMessages: { gateway: string; deliverAgain: () => void }[] = []
  #status = ''

  constructor(options: MachineOptions) {
    this.#options = options
    this.#storePause = new StorePause(options.clock, options.onStore)
    this.#endpoint = new Endpoint(options, (header, deliverAgain) => this.#admit(header, deliverAgain))
    const { machines, gateways } = recordKeys(options.prefix)
    this.#presence = new Presence<MachineRecord, GatewayRecord>({
      ...options,
      ownKey: machines,
      peersKey: gateways,
      schema: gatewayRecord,
      describe: heard => this.#describe(heard),
      onHeartbeat: (peers, otherKeyIds) => this.#handleHeartbeat(peers, otherKeyIds),
      onForgotten: id => {
        this.#sessions.forget(id)
        for (const device of this.#devices.values()) device.forget(id)
        void this.#endpoint.forget(id)
      },
      onError: this.#endpoint.onError,
    })
    const { fetch, models, files, clock } = options
    if (!fetch) return
    this.#fetcher = new ModelFetcher({
      ...fetch,
      machine: options.name,
      clock,
      held: [...models, ...files].map(({ hash }) => hash),
      connect: (gateway, events) => this.#endpoint.connect(gateway, fetch.ids.next(), events),
      disconnect: session => this.#endpoint.disconnect(session),
    })
  }

  start(): void {
    this.#endpoint.listen()
    this.#presence.start()
  }

  /** Takes no new work from now on. The status reports when the current work is done. */
  drain(): void {
    this.#beginDraining()
    void this.#presence.refresh()
  }

  #beginDraining(): void {
    if (this.#isDraining) return
    this.#isDraining = true
    this.#firstDrainingRecord = this.#presence.nextNumber
  }

  /** Ends all workers at once, returns their runs to the gateways, and leaves. If Redis does not answer, a time limit ends this. */
  async end(): Promise<void> {
    this.#fetcher?.end()
    const relays = [...this.#relays.values()]
    for (const relay of relays) relay.stop()
    await within(this.#options.clock, leaveLimitMs, this.#leave(relays))
  }

  async #leave(relays: readonly WorkerRelay[]): Promise<void> {
    await Promise.all(relays.map(({ ended }) => ended))
    await this.#presence.end()
    await this.#endpoint.close()
  }

  #describe(heard: Record<string, number>): MachineRecord {
    const { name, version, devices, models, files } = this.#options
    const relays = [...this.#relays.values()]
    return {
      version,
      protocol: ownProtocol,
      heard,
      channels: this.#endpoint.progress(),
      name,
      devices: devices.map(({ name: device, memoryBytes, precision }) => ({
        name: device,
        memoryBytes,
        precision,
        gateways: relays.filter(({ deviceName }) => deviceName === device).map(({ gateway }) => gateway),
      })),
      models: [...models],
      files: [...files],
      fetching: this.#fetcher?.fetching,
      draining: this.#isDraining,
    }
  }

  /** A gateway may open a channel before this machine has read the gateway's heartbeat. Its messages wait for the heartbeat. */
  #admit(header: SealHeader, deliverAgain: () => void): void {
    if (this.#presence.alive().some(({ id }) => id === header.sender)) {
      this.#open(header)
      return
    }
    this.#earlyMessages.push({ gateway: header.sender, deliverAgain })
    if (this.#earlyMessages.length > maxEarlyMessages) this.#earlyMessages.shift()
  }

  /** Opens a channel once, unless the machine is draining. */
  #open({ sender, session, sequence }: SealHeader): void {
    if (this.#isDraining || sequence !== 0 || !this.#sessions.use(sender, session)) return
    const stored = this.#resultStoreFor(sender, session)
    const relay = new WorkerRelay({
      gateway: sender,
      deviceNamed: name => this.#deviceNamed(name),
      connect: events => this.#endpoint.connect(sender, session, events),
      resultStore: () => (this.#readsFromStore(sender) ? stored : undefined),
      storePause: this.#storePause,
      clock: this.#options.clock,
    })
    this.#relays.set(session, relay)
    void relay.ended.then(() => {
      this.#relays.delete(session)
      this.#endpoint.disconnect(session)
      void stored?.removeLast()
      void this.#presence.refresh()
    })
  }

  #resultStoreFor(gateway: string, session: string): StoredMessages | undefined {
    const { store, prefix, keys, id } = this.#options
    return store && new StoredMessages({ store, prefix, keys, sender: id, receiver: gateway, session })
  }

  /** Whether the gateway's record names this machine's store. */
  #readsFromStore(gateway: string): boolean {
    const { store } = this.#options
    const found = this.#presence.alive().find(({ id }) => id === gateway)
    return store !== undefined && found?.record.store === store.id
  }

  #deviceNamed(name: string): SharedDevice | undefined {
    const lent = this.#options.devices.find(one => one.name === name)
    if (!lent || this.#devices.has(name)) return this.#devices.get(name)
    const device = new SharedDevice({
      device: lent,
      clock: this.#options.clock,
      reservationMs: this.#options.reservationMs ?? defaultReservationMs,
      // A late heartbeat does not change the weights.
      weightOf: gateway => this.#presence.recordOf(gateway)?.weight ?? 1,
    })
    this.#devices.set(name, device)
    return device
  }

  #handleHeartbeat(gateways: readonly Peer<GatewayRecord>[], otherKeyIds: readonly string[]): void {
    const { id, name } = this.#options
    const records = new Map(gateways.map(peer => [peer.id, peer.record]))
    for (const link of this.#endpoint.links()) {
      const record = records.get(link.peerId)
      if (record) link.compare(record.channels[link.session])
      // The gateway is lost, so nobody waits for the results.
      else this.#relays.get(link.session)?.kill()
    }
    const serving = gateways.filter(({ record }) => record.servesModelsTo?.includes(id))
    if (!this.#isDraining) this.#fetcher?.update(serving.map(peer => peer.id))
    this.#deliverEarly(gateway => records.has(gateway))
    if (gateways.some(({ record }) => record.drained.includes(name))) this.#beginDraining()
    this.#report(this.#statusAmong(gateways, otherKeyIds))
  }

  /** Delivers the early messages of gateways whose first heartbeat has arrived. */
  #deliverEarly(isPresent: (gateway: string) => boolean): void {
    const early = this.#earlyMessages.splice(0)
    this.#earlyMessages.push(...early.filter(({ gateway }) => !isPresent(gateway)))
    for (const { gateway, deliverAgain } of early) if (isPresent(gateway)) deliverAgain()
  }

  #statusAmong(gateways: readonly Peer<GatewayRecord>[], otherKeyIds: readonly string[]): MachineStatus {
    // The operator's command must read the announcement, and gateways must free the name, before the machine leaves.
    const isAnnounced =
      gateways.length === 0 || this.#presence.nextNumber >= this.#firstDrainingRecord + drainingRecords
    if (this.#isDraining && this.#relays.size === 0 && isAnnounced) return { kind: 'drained' }
    const working = gateways.filter(({ record }) => !record.isOperator)
    const refusals = working.flatMap(({ record }) => refusalOf(this.#options.id, record) ?? [])
    if (refusals[0] && refusals.length === working.length) return { kind: 'refused', why: refusals[0] }
    if (working.length > 0) return { kind: 'joined', gateways: working.length - refusals.length }
    return { kind: otherKeyIds.length > 0 ? 'other-key' : 'alone' }
  }

  #report(status: MachineStatus): void {
    const key = JSON.stringify(status)
    if (key === this.#status) return
    this.#status = key
    this.#options.onStatus(status)
  }
}

/**
 * The reason for which a gateway gives the machine with that id no work; undefined if it gives work. The record shows a different
 * protocol before the gateway refuses the machine.
 */
function refusalOf(id: string, { protocol, refused }: GatewayRecord): MachineRefusal | undefined {
  return understands(ownProtocol, protocol) ? refused[id] : 'protocol'
}
