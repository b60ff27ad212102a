/** The composition root: builds all parts, starts them in order, and stops them on a signal. */
import { join } from 'node:path'
import { type BuiltEasel, buildEasel, type EaselParts } from './app/build-easel.ts'
import { checkPicture } from './app/checks/check-picture.ts'
import type { Adapter, AdapterStatus, ReportStatus, SealedDocuments } from './bots/adapter.ts'
import type { Config } from './config/config.ts'
import type { Secrets } from './config/secrets.ts'
import { deviceOpeners, workerCatalogue } from './devices/device-workers.ts'
import { isIntact, type ModelCatalogue } from './engine/models/library.ts'
import { LoraFits } from './engine/pipeline/open/lora-fits.ts'
import { AppError, toAppError } from './errors/errors.ts'
import { adapterModules, setupSentence } from './startup/adapters.ts'
import { readLibrary } from './startup/model-library.ts'
import type { MakingProgress } from './startup/model-weights.ts'
import { usableDevices } from './startup/usable-devices.ts'
import { watchEventLoop } from './system/event-loop.ts'
import { guardedClock } from './system/guarded-clock.ts'
import { packageRoot } from './system/paths.ts'
import type { Logger } from './system/ports.ts'
import { systemClock, systemIds, systemRandom } from './system/system-ports.ts'
import { within } from './system/time-limit.ts'
import { errorSentence, type Words } from './words/en.ts'

/** The maximum duration of a stop after the grace period for pictures. */
export const stopLimitMs = 8000
/** The shares of it for running deliveries, for the adapters, and for the rest; the pool has the remainder. */
const graceMsOf = { machines: 500, deliveries: 2000, adapters: 1000, rest: 500 }

export interface ServerParts {
  config: Config
  secrets: Secrets
  words: Words
  log: Logger
  /** Prints a line for the operator: what is on, what is off and why. */
  print(line: string): void
  /** Shows the cache files of weights that are made before the first picture. */
  making: MakingProgress
  /** Prints a warning. */
  warn(line: string): void
  /** Called when a device hangs and only a restart of the process helps. */
  onHung(device: string): void
  /** Called once there is something to stop, before the adapters connect: a network may keep them from it for long. */
  onBuilt?(server: Server): void
}

export interface Server {
  /**
   * Takes no new job, lets running jobs finish for `graceMs`, then stops them between two steps. It ends at most
   * `stopLimitMs` later, whatever workers, networks and browsers do. False if a worker hangs until the process ends.
   */
  stop(graceMs: number): Promise<boolean>
  /** Returns running jobs to the queue without counting an attempt, because the process is about to be killed. */
  release(): Promise<void>
}

/** Starts everything. @throws as buildEasel, readLibrary and listen. */
export async function startServer(parts: ServerParts): Promise<Server> {
  const { config, words, log, print } = parts
  const { catalogue, devices } = await openersFor(parts, await usableModels(parts))
  const built = buildOn(parts, catalogue, devices)
  print(words.cli.devicesReady(devices.map(({ name }) => name)))
  const started: Adapter[] = []
  let isStopping = false
  const eventLoop = watchEventLoop()
  let leaveMachines = async () => {}
  const server: Server = {
    async stop(graceMs) {
      isStopping = true
      const clean = await built.stopPainting(graceMs)
      await within(systemClock, graceMsOf.machines, leaveMachines())
      const delivered = built.stopDelivering()
      await within(systemClock, graceMsOf.deliveries, delivered)
      // A delivery may wait for an unresponsive network; stopping its adapter ends it.
      await within(systemClock, graceMsOf.adapters, Promise.all(started.map(adapter => adapter.stop())))
      await within(systemClock, graceMsOf.rest, delivered)
      built.close()
      log.info(eventLoop.end(), 'stopped')
      return clean
    },
    release: () => built.release(),
  }
  parts.onBuilt?.(server)
  try {
    // Couriers are registered before deliveries begin.
    const adapters = await createAdapters(parts, built)
    await built.start()
    if (config.redis.url !== '') {
      const { useOtherMachines } = await import('./startup/other-machines.ts')
      leaveMachines = await useOtherMachines(parts, built.pool, catalogue)
    }
    await startAdapters(parts, adapters, started, () => isStopping)
  } catch (error) {
    if (!isStopping) await server.stop(0)
    throw error
  }
  // Loading the modules is not what the figures are about.
  eventLoop.reset()
  return server
}

/** Easel with the machine's clock, ids and randomness. @throws as buildEasel. */
function buildOn(
  { config, log, onHung }: ServerParts,
  catalogue: ModelCatalogue,
  devices: EaselParts['devices'],
): BuiltEasel {
  const fits = new LoraFits()
  return buildEasel({
    config,
    catalogue: { ...catalogue, loraFit: (model, lora) => fits.of(model, lora) },
    devices,
    checkPicture,
    migrationsFolder: join(packageRoot, 'migrations'),
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    log,
    onHung,
  })
}

/**
 * The workers of the devices that paint, and the models that they can paint with. @throws as requireDefaultModel.
 */
async function openersFor(parts: ServerParts, found: ModelCatalogue) {
  const { config } = parts
  const { devices, env, catalogue } = await usableDevices(parts, found)
  requireDefaultModel(catalogue, config)
  const work = workerCatalogue(catalogue, config.limits)
  const openers = devices.map(device => deviceOpeners(device, work, env))
  return { catalogue, devices: openers }
}

/** Prints the models. @throws as requireDefaultModel. */
async function usableModels({ config, words, print, warn }: ServerParts): Promise<ModelCatalogue> {
  const catalogue = await readLibrary(config, (file, bytes) => print(words.cli.readingThrough(file, bytes)))
  requireDefaultModel(catalogue, config)
  print(words.cli.modelsReady(catalogue.models.map(({ name }) => name)))
  const intact = catalogue.unused.filter(isIntact)
  for (const one of catalogue.unused) if (!intact.includes(one)) warn(errorSentence(words, one.error))
  if (intact.length > 0) print(words.cli.ofNoUse(intact.length))
  return catalogue
}

/** @throws AppError 'model-unknown' when there is no default model, or the fault for which it is unused. */
function requireDefaultModel({ models, unused }: ModelCatalogue, { defaultModel }: Config): void {
  const known = models.map(({ name }) => name)
  if (known.includes(defaultModel)) return
  const own = unused.find(({ name }) => name === defaultModel)
  throw own?.error ?? new AppError('model-unknown', { name: defaultModel, known })
}

/** An enabled adapter, and whether the server requires it. */
interface ChosenAdapter {
  adapter: Adapter
  isRequired: boolean
}

/** The enabled adapters, with registered couriers. Prints why the others are off. */
async function createAdapters(
  parts: ServerParts,
  { easel, db, register }: BuiltEasel,
): Promise<ChosenAdapter[]> {
  const { config, secrets, words, log, print } = parts
  const chosen: ChosenAdapter[] = []
  for (const { platform, isRequired, setup, create } of adapterModules) {
    const state = setup({ config, secrets })
    if (state.kind !== 'ready') {
      print(words.cli.adapterOff(words.cli.adapterNames[platform], setupSentence(state, words)))
      continue
    }
    const adapterLog = log.child({ platform })
    const ports = { clock: guardedClock(systemClock, adapterLog), ids: systemIds, log: adapterLog }
    const adapter = await create({ easel, config, secrets, ...ports }, documentsIn(db))
    register(adapter.courier)
    chosen.push({ adapter, isRequired })
  }
  return chosen
}

/** Adds those that run to `started`. @throws AppError 'config' when none of them runs. */
async function startAdapters(
  parts: ServerParts,
  adapters: readonly ChosenAdapter[],
  started: Adapter[],
  isStopping: () => boolean,
): Promise<void> {
  for (const chosen of adapters) {
    if (isStopping()) return
    // An adapter is listed before it connects, so that a stop reaches it meanwhile.
    started.push(chosen.adapter)
    if (!(await startAdapter(parts, chosen))) started.splice(started.indexOf(chosen.adapter), 1)
  }
  if (started.length === 0 && !isStopping())
    throw new AppError('config', { key: 'web.enabled', problem: { what: 'no-adapter' } })
}

/** False if a platform refuses Easel: the others continue without it, unless the server requires it. */
async function startAdapter(parts: ServerParts, { adapter, isRequired }: ChosenAdapter): Promise<boolean> {
  try {
    await adapter.start(reporter(parts, adapter))
    return true
  } catch (error) {
    if (isRequired) throw error
    const fault = toAppError(error)
    parts.log.error({ error: fault, platform: adapter.platform }, 'the adapter did not start')
    reporter(parts, adapter)({ kind: 'refused', fault })
    return false
  }
}

/** Reports an adapter's status to the operator when it changes. */
function reporter({ words, print, warn }: ServerParts, adapter: Adapter): ReportStatus {
  let lastLine = ''
  return status => {
    const line = statusLine(adapter, status, words)
    if (line === lastLine) return
    lastLine = line
    const isWarning = status.kind === 'refused' || status.kind === 'warning'
    if (isWarning) warn(line)
    else print(line)
  }
}

function statusLine({ platform, url }: Adapter, status: AdapterStatus, words: Words): string {
  const { cli } = words
  const name = cli.adapterNames[platform]
  switch (status.kind) {
    case 'connecting':
      return cli.adapterConnecting(name)
    case 'on':
      return url === undefined ? cli.adapterOn(name) : cli.adapterAt(name, url)
    case 'refused':
      return cli.adapterOff(name, errorSentence(words, status.fault))
    case 'warning':
      return `${name}: ${status.sentence}`
  }
}

/** The adapters' stored documents, which are encrypted before they get here. */
function documentsIn(db: BuiltEasel['db']): SealedDocuments {
  return {
    save: (id, sealed) => db.write(() => db.installations.put(id, sealed, systemClock.now())),
    find: id => db.installations.get(id),
    ids: () => db.installations.ids(),
    remove: id => db.write(() => db.installations.remove(id)),
  }
}
