/** Lends this machine's devices until it leaves, and fetches missing models in the meantime. */
import type { Config } from '../../config/config.ts'
import { workerCatalogue, workerOptions } from '../../devices/device-workers.ts'
import { openWorkerProcess } from '../../engine/host/process-host.ts'
import type { ModelCatalogue } from '../../engine/models/library.ts'
import { toAppError } from '../../errors/errors.ts'
import { Machine, type MachineStatus } from '../../remote/machine/machine.ts'
import type { LentDevice } from '../../remote/machine/shared-device.ts'
import { freeBytesOf, removePartial } from '../../remote/models/fetch-model.ts'
import type { FetchEvent } from '../../remote/models/model-fetcher.ts'
import { modelReferences, type OpenRedis, openRedis } from '../../startup/other-machines.ts'
import { usableDevices } from '../../startup/usable-devices.ts'
import { systemClock, systemIds } from '../../system/system-ports.ts'
import { errorSentence } from '../../words/en.ts'
import { showFetching, showMaking } from '../pictures/progress.ts'
import { type CommandSession, libraryOf } from '../session.ts'

/** `fetched`: the machine left, and joins again with the fetched models. */
type EndReason = 'left' | 'fetched'

/** Lends the devices until the machine is drained or gets a signal. @throws as openRedis, prepareDevices and libraryOf. */
export async function lendDevices(session: CommandSession, name: string): Promise<void> {
  const fetched = new Set<string>()
  while ((await lendOnce(session, name, fetched)) === 'fetched');
}

async function lendOnce(session: CommandSession, name: string, fetched: Set<string>): Promise<EndReason> {
  const { config, words, out, err } = session
  // Redis is opened first, because models may take minutes to read.
  const redis = await openRedis({ ...session, print: out, warn: err })
  try {
    const catalogue = await libraryOf(session)
    for (const { error } of catalogue.unused)
      session.log.debug({ error: errorSentence(words, error) }, 'unused')
    if (catalogue.models.length === 0 && !config.fetchModels) err(words.cli.noModels(config.modelsDir))
    if (config.fetchModels) await removePartialsOf(catalogue, session, name)
    const { devices, usable } = await devicesOf(session, catalogue)
    const life = new LentMachine(session, name, devices, usable, redis, fetched)
    const names = devices.map(device => device.name)
    out(words.machines.ready(name, names))
    return await life.ended
  } finally {
    redis.disconnect()
  }
}

/** Removes partial files of models that were put in place by other means while this machine was away. */
async function removePartialsOf(
  { models, files }: ModelCatalogue,
  { words, err }: CommandSession,
  name: string,
): Promise<void> {
  const refiners = models.flatMap(({ refiner }) => refiner ?? [])
  for (const { storage } of [...models, ...refiners, ...files]) {
    await removePartial(storage.path, name).catch(error => err(errorSentence(words, toAppError(error))))
  }
}

/** The devices with their workers, in processes, so that a hanging worker can be ended. */
async function devicesOf(session: CommandSession, found: ModelCatalogue) {
  const { config, words, surroundings, out: print, err: warn } = session
  const making = showMaking(surroundings.stderr, warn, words)
  const { devices, env, catalogue } = await usableDevices({ config, words, print, warn, making }, found)
  const work = workerCatalogue(catalogue, config.limits)
  const lent = devices.map((device): LentDevice => {
    const options = workerOptions({ ...device, host: 'process' }, work, env)
    const { name, memoryBytes, precision } = device
    return {
      name,
      ...(memoryBytes !== undefined && { memoryBytes }),
      ...(precision !== 'auto' && { precision }),
      open: () => ({ channel: openWorkerProcess(options), setup: options.setup }),
    }
  })
  return { devices: lent, usable: catalogue }
}

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

class LentMachine {
  readonly ended: Promise<EndReason>
  readonly #session: CommandSession
  readonly #machine: Machine
  readonly #progress: ReturnType<typeof showFetching>
  #resolveEnded: (departure: EndReason) => void = () => {}
  #isSignalled = false
  #hasFetched = false

  constructor(
    session: CommandSession,
    name: string,
    devices: readonly LentDevice[],
    { models, files }: ModelCatalogue,
    { options }: OpenRedis,
    fetched: Set<string>,
  ) {
    const { config, words, surroundings, err } = session
    this.#session = session
    this.#progress = showFetching(surroundings.stderr, fetching => err(words.machines.fetching(fetching)))
    this.#machine = new Machine({
      ...options,
      name,
      devices,
      models: modelReferences(models),
      files: files.map(file => ({ name: file.name, hash: file.hash })),
      ...(config.fetchModels && { fetch: this.#fetchInto(config, fetched) }),
      onStatus: status => this.#onStatus(status),
    })
    this.ended = new Promise(resolve => {
      this.#resolveEnded = resolve
    })
    for (const signal of signals) process.on(signal, this.#onSignal)
    this.#machine.start()
  }

  #fetchInto({ modelsDir }: Config, fetched: Set<string>) {
    const onEvent = (event: FetchEvent) => this.#onFetch(event)
    return { modelsDir, freeBytes: freeBytesOf, fetched, ids: systemIds, onEvent }
  }

  #onStatus(status: MachineStatus): void {
    const { words, out, err } = this.#session
    const isWarning = status.kind === 'other-key' || status.kind === 'refused'
    if (status.kind === 'drained' && this.#hasFetched && !this.#isSignalled) {
      this.#end('fetched')
      return
    }
    if (isWarning) err(words.machines.status(status))
    else out(words.machines.status(status))
    if (status.kind === 'drained') this.#end('left')
  }

  #onFetch(event: FetchEvent): void {
    const { words, out, err } = this.#session
    if (event.kind === 'progress') this.#progress.update(event.fetching)
    else this.#progress.end()
    if (event.kind === 'failed')
      err(words.machines.fetchFailed(event.model, errorSentence(words, event.error)))
    if (event.kind !== 'fetched') return
    out(words.machines.fetched(event.models))
    this.#hasFetched = true
    this.#machine.drain()
  }

  /** After the first signal the current pictures may finish; the second signal stops them. */
  readonly #onSignal = () => {
    const { config, words, out } = this.#session
    if (this.#isSignalled) this.#end('left')
    else {
      out(words.machines.draining)
      this.#machine.drain()
      systemClock.after(config.shutdownGraceMs, () => this.#end('left'))
    }
    this.#isSignalled = true
  }

  #end(departure: EndReason): void {
    this.#progress.end()
    void this.#machine.end().then(() => {
      for (const signal of signals) process.off(signal, this.#onSignal)
      this.#resolveEnded(departure)
    })
  }
}
