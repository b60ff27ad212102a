/** One device that several gateways use. It has at most one worker, which does the runs of all of them one after the other. */
import type { z } from 'zod'
import type { Precision } from '../../common/choices.ts'
import type { Channel, WorkerEnd } from '../../engine/host/channel-host.ts'
import type { MessageToWorker, PostedFromWorker } from '../../engine/host/protocol.ts'
import { exitReason } from '../../errors/worker-end.ts'
import type { Clock } from '../../system/ports.ts'
import type { DeviceClient } from './device-client.ts'
import { type QueuedRun, RunQueue } from './run-queue.ts'
import { faultMessage, leavesWorkerBroken, runMessage, workerMessage } from './worker-messages.ts'

/** A device as the machine lends it. */
export interface LentDevice {
  readonly name: string
  readonly memoryBytes?: number
  /** The precision in which the device computes; absent if its worker chooses. */
  readonly precision?: Precision
  /** Opens a worker in a process of its own. The worker gets the machine's set-up in place of the gateway's. */
  open(setup: unknown): { channel: Channel; setup: unknown }
}

export interface SharedDeviceParts {
  device: LentDevice
  clock: Clock
  weightOf: (gateway: string) => number
  /** The length of a reservation for the gateway whose next run comes first. */
  reservationMs: number
}

type StartMessage = Extract<MessageToWorker, { kind: 'start' }>

interface CurrentRun extends QueuedRun {
  /** Its number in the worker. The gateways' own numbers may be equal. */
  readonly workerRunId: number
  readonly startedMs: number
}

interface Worker {
  readonly channel: Channel
  /** `ending`: it was asked to end, and new clients get the next worker. */
  state: 'starting' | 'ready' | 'ending'
  /** The message with which it reported that it was ready. */
  readyMessage?: unknown
  /** Whether a fault may have left it broken. It then gets no other run. */
  isBroken: boolean
}

interface ClientState {
  /** Its first message, which a later worker gets too. */
  start?: StartMessage
  /** Whether it is removed when its run or the worker ends. */
  isLeaving: boolean
}

export class SharedDevice {
  readonly #parts: SharedDeviceParts
  readonly #runs: RunQueue
  readonly #clients = new Map<DeviceClient, ClientState>()
  /** The clients whose start has no answer yet. */
  readonly #awaitingReady = new Set<DeviceClient>()
  /** The clients whose ping has no answer yet. */
  readonly #awaitingPong = new Set<DeviceClient>()
  #current: CurrentRun | undefined
  #worker: Worker | undefined
  #runsBegun = 0

  constructor(parts: SharedDeviceParts) {
    this.#parts = parts
    this.#runs = new RunQueue({ ...parts, onFree: () => this.#advance() })
  }

  /** Adds a client, before its first message. */
  attach(client: DeviceClient): void {
    this.#clients.set(client, { isLeaving: false })
  }

  /** Handles a message of a client's gateway. A message of a client that was removed is ignored. */
  post(client: DeviceClient, message: MessageToWorker): void {
    const clientState = this.#clients.get(client)
    if (!clientState) return
    switch (message.kind) {
      case 'start':
        clientState.start = message
        this.#awaitingReady.add(client)
        this.#ensureWorker()
        return
      case 'run':
        this.#runs.add({ client, message })
        this.#advance()
        return
      case 'cancel':
        this.#cancel(client, message.runId)
        return
      case 'ping':
        this.#ping(client)
        return
      case 'stop':
        this.#stop(client)
    }
  }

  /** Ends the worker at once, because the client's gateway considers it hung. During a run of another client it only removes the client. */
  kill(client: DeviceClient): void {
    this.#remove(client, this.#current === undefined || this.#current.client === client)
  }

  /** Ends the run of a client whose gateway is lost. Other clients keep the worker. */
  drop(client: DeviceClient): void {
    this.#remove(client, this.#clients.size === 1 || this.#current?.client === client)
  }

  /** Forgets a gateway that is lost. */
  forget(gateway: string): void {
    this.#runs.forget(gateway)
  }

  /** Gives the worker the next run, if it is free. */
  #advance(): void {
    const worker = this.#worker
    if (this.#current || !this.#runs.isDue) return
    if (worker?.isBroken && worker.state === 'ready') this.#stopWorker(worker)
    else if (!worker) this.#ensureWorker()
    else if (worker.state === 'ready') this.#begin(worker.channel)
  }

  #begin(channel: Channel): void {
    const run = this.#runs.begin()
    if (!run) return
    this.#runsBegun += 1
    const workerRunId = this.#runsBegun
    this.#current = { ...run, workerRunId, startedMs: this.#parts.clock.monotonicMs() }
    channel.post({ ...run.message, runId: workerRunId })
  }

  /** Opens a worker if there is none. Answers the waiting clients if there is one and it is ready. */
  #ensureWorker(): void {
    if (this.#worker) {
      if (this.#worker.state === 'ready') this.#answerStarts(this.#worker.readyMessage)
      return
    }
    const client = [...this.#awaitingReady][0] ?? this.#runs.first?.client
    const start = client && this.#clients.get(client)?.start
    if (!start) return
    const { channel, setup } = this.#parts.device.open(start.setup)
    const worker: Worker = { channel, state: 'starting', isBroken: false }
    this.#worker = worker
    channel.onMessage(message => this.#receive(worker, message))
    channel.ended.then(
      end => this.#end(worker, end),
      error => this.#end(worker, { reason: String(error), byOthers: false }),
    )
    channel.post({ ...start, setup })
  }

  #answerStarts(message: unknown): void {
    for (const client of this.#awaitingReady) client.onMessage(message)
    this.#awaitingReady.clear()
  }

  #stopWorker(worker: Worker): void {
    worker.state = 'ending'
    worker.channel.post({ kind: 'stop' })
  }

  #receive(worker: Worker, message: unknown): void {
    const ofRun = runMessage.safeParse(message)
    const ofWorker = workerMessage.safeParse(message)
    if (ofRun.success) this.#handleRunMessage(worker, ofRun.data)
    else if (ofWorker.success) this.#handleWorkerMessage(worker, ofWorker.data)
    else this.#passUnknown(message)
  }

  /** Passes on a message that the protocol does not know. A gateway that receives it gives the worker up. */
  #passUnknown(message: unknown): void {
    const receivers = this.#current ? [this.#current.client] : [...this.#clients.keys()]
    for (const client of receivers) client.onMessage(message)
  }

  #handleWorkerMessage(worker: Worker, message: z.infer<typeof workerMessage>): void {
    switch (message.kind) {
      case 'ready':
        worker.state = 'ready'
        worker.readyMessage = message
        this.#answerStarts(message)
        this.#advance()
        return
      case 'pong':
        for (const client of this.#awaitingPong) client.onMessage(message)
        this.#awaitingPong.clear()
        return
      case 'broken':
        this.#failAll(message)
    }
  }

  /** The worker did not start: every waiting run fails with the worker's fault. */
  #failAll(message: z.infer<typeof workerMessage>): void {
    this.#answerStarts(message)
    const { success, data } = faultMessage.safeParse(message)
    for (const { client, message: run } of this.#runs.takeAll())
      if (success) client.onMessage({ kind: 'failed', runId: run.runId, fault: data.fault })
  }

  #handleRunMessage(worker: Worker, message: z.infer<typeof runMessage>): void {
    const current = this.#current
    if (current?.workerRunId !== message.runId) return
    const { client } = current
    const isLast = message.kind === 'done' || message.kind === 'cancelled' || message.kind === 'failed'
    if (message.kind === 'failed' && leavesWorkerBroken(message)) worker.isBroken = true
    if (isLast) this.#finish(current)
    client.onMessage({ ...message, runId: current.message.runId })
    if (!isLast) return
    if (this.#clients.get(client)?.isLeaving) this.#detach(client, { reason: exitReason(0), byOthers: false })
    if (this.#isConnected(client.gateway)) this.#runs.reserve(client.gateway)
    this.#advance()
  }

  #finish(current: CurrentRun): void {
    this.#current = undefined
    this.#runs.end(current, this.#parts.clock.monotonicMs() - current.startedMs)
  }

  #cancel(client: DeviceClient, runId: number): void {
    const current = this.#current
    if (current?.client === client && current.message.runId === runId) {
      this.#worker?.channel.post({ kind: 'cancel', runId: current.workerRunId })
      return
    }
    if (this.#runs.cancel(client, runId)) send(client, { kind: 'cancelled', runId })
  }

  /** During a run of another client this device answers, because the gateway of that client monitors the worker. */
  #ping(client: DeviceClient): void {
    const isOwn = this.#current === undefined || this.#current.client === client
    if (this.#worker && isOwn) {
      this.#awaitingPong.add(client)
      this.#worker.channel.post({ kind: 'ping' })
    } else send(client, { kind: 'pong' })
  }

  /** Removes a client, after its run if it has one. The worker ends with its last client. */
  #stop(client: DeviceClient): void {
    const clientState = this.#clients.get(client)
    if (!clientState) return
    const current = this.#current
    if (this.#worker && this.#clients.size === 1) {
      this.#withdraw(client)
      clientState.isLeaving = true
      this.#stopWorker(this.#worker)
    } else if (current?.client === client) {
      clientState.isLeaving = true
      this.#cancel(client, current.message.runId)
    } else this.#detach(client, { reason: exitReason(0), byOthers: false })
  }

  #end(worker: Worker, end: WorkerEnd): void {
    const { state } = worker
    const current = this.#current
    this.#worker = undefined
    if (current) this.#finish(current)
    // Idle clients get another worker with their next run, unless this one did not start.
    for (const [client, { isLeaving }] of [...this.#clients])
      if (isLeaving || client === current?.client || state === 'starting') this.#detach(client, end)
    this.#runs.endReservation()
    this.#ensureWorker()
  }

  #remove(client: DeviceClient, withWorker: boolean): void {
    const clientState = this.#clients.get(client)
    if (!clientState) return
    this.#withdraw(client)
    clientState.isLeaving = true
    if (this.#worker && withWorker) this.#worker.channel.kill?.()
    else this.#detach(client, { reason: 'SIGKILL', byOthers: true })
  }

  /** Removes everything for which the client waits. */
  #withdraw(client: DeviceClient): void {
    this.#runs.withdraw(client)
    this.#awaitingReady.delete(client)
    this.#awaitingPong.delete(client)
  }

  #detach(client: DeviceClient, end: WorkerEnd): void {
    this.#withdraw(client)
    this.#clients.delete(client)
    client.onEnded(end)
    if (!this.#isConnected(client.gateway)) this.#runs.leave(client.gateway)
  }

  #isConnected(name: string): boolean {
    return [...this.#clients.keys()].some(({ gateway }) => gateway === name)
  }
}

function send(client: DeviceClient, message: PostedFromWorker): void {
  client.onMessage(message)
}
