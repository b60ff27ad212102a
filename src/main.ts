/** The composition root: builds every part, starts them in order, stops them on a signal; it alone knows all parts. */
import { join } from 'node:path'
import { adapterModules, setupSentence } from './adapters.ts'
import { type BuiltEasel, buildEasel } from './app/build-easel.ts'
import { checkPicture } from './app/check-picture.ts'
import type { Adapter, AdapterStatus, ReportStatus, SealedDocuments } from './bots/adapter.ts'
import type { Config } from './config.ts'
import { prepareDevices } from './devices/prepare-devices.ts'
import { reasonLines } from './devices/reason-lines.ts'
import { deviceOpeners } from './devices.ts'
import { isOfNoUse, type ModelCatalogue } from './engine/models/library.ts'
import { LoraFits } from './engine/pipeline/lora-fits.ts'
import { AppError, toAppError } from './errors.ts'
import { watchEventLoop } from './event-loop.ts'
import { guardedClock } from './guarded-clock.ts'
import { readLibrary } from './model-library.ts'
import { packageRoot } from './paths.ts'
import type { Logger } from './ports.ts'
import type { Secrets } from './secrets.ts'
import { systemClock, systemIds, systemRandom } from './system-ports.ts'
import { within } from './time-limit.ts'
import { errorSentence, type Words } from './words/en.ts'

/** Beyond the grace for pictures, how long a stop takes at most. */
export const stopLimitMs = 8000
/** Of it, beside what the pool needs: for what is being delivered, for the adapters, and for what their end ends. */
const graceMsOf = { deliveries: 2000, adapters: 1000, rest: 500 }

export interface ServerParts {
  config: Config
  secrets: Secrets
  words: Words
  log: Logger
  /** A line for the operator: what is on, what is off and why. */
  say(line: string): void
  /** A line about something that is wrong. */
  warn(line: string): void
  /** A device hangs where only the end of the process helps. */
  onHung(device: string): void
}

export interface Server {
  /**
   * Takes nothing new, lets what is being painted finish for `graceMs`, then stops it between two steps; over, whatever
   * workers, networks and browsers do, `stopLimitMs` later. False where a worker hangs that only the end of the process ends.
   */
  stop(graceMs: number): Promise<boolean>
  /** Gives what is being painted back, uncounted: the process is about to be ended. */
  release(): Promise<void>
}

/** Throws AppError when the data folder, the models or the web chat's address cannot be used. */
export async function startServer(parts: ServerParts): Promise<Server> {
  const { config, words, log, say } = parts
  const catalogue = await usableModels(parts)
  const { devices, reason, env } = await prepareDevices(config, process.env)
  for (const line of reasonLines(words, reason)) say(line)
  const fits = new LoraFits()
  const built = buildEasel({
    config,
    catalogue: { ...catalogue, loraFit: (model, lora) => fits.of(model, lora) },
    devices: devices.map(device => deviceOpeners(device, catalogue, env)),
    checkPicture,
    migrationsFolder: join(packageRoot, 'migrations'),
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    log,
    onHung: parts.onHung,
  })
  say(words.cli.devicesReady(devices.map(({ name }) => name)))
  const adapters = createAdapters(parts, built)
  const started: Adapter[] = []
  const eventLoop = watchEventLoop()
  const server: Server = {
    async stop(graceMs) {
      const clean = await built.stopPainting(graceMs)
      const delivered = built.stopDelivering()
      await within(systemClock, graceMsOf.deliveries, delivered)
      // A delivery may wait for a network that does not answer: the end of its adapter ends it.
      await within(systemClock, graceMsOf.adapters, Promise.all(started.map(adapter => adapter.stop())))
      await within(systemClock, graceMsOf.rest, delivered)
      built.close()
      log.info(eventLoop.end(), 'stopped')
      return clean
    },
    release: () => built.release(),
  }
  try {
    await built.start()
    for (const chosen of adapters) {
      if (await startAdapter(parts, chosen)) started.push(chosen.adapter)
    }
    if (started.length === 0)
      throw new AppError('config', { key: 'web.enabled', problem: { what: 'no-adapter' } })
  } catch (error) {
    await server.stop(0)
    throw error
  }
  // Loading the modules is not what the figures are about.
  eventLoop.reset()
  return server
}

/** Says which models there are; throws when the default one is not among them. */
async function usableModels({ config, words, say, warn }: ServerParts): Promise<ModelCatalogue> {
  const catalogue = await readLibrary(config, (file, bytes) => say(words.cli.readingThrough(file, bytes)))
  const names = catalogue.models.map(({ name }) => name)
  if (!names.includes(config.defaultModel)) {
    const own = catalogue.unused.find(({ name }) => name === config.defaultModel)
    throw own?.error ?? new AppError('model-unknown', { name: config.defaultModel, known: names })
  }
  say(words.cli.modelsReady(names))
  const ofNoUse = catalogue.unused.filter(isOfNoUse)
  for (const one of catalogue.unused) if (!ofNoUse.includes(one)) warn(errorSentence(words, one.error))
  if (ofNoUse.length > 0) say(words.cli.ofNoUse(ofNoUse.length))
  return catalogue
}

/** An adapter that is on, with whether the server must have it. */
interface ChosenAdapter {
  adapter: Adapter
  isRequired: boolean
}

/** Those that are on, with their couriers registered; says why the others are off. */
function createAdapters(parts: ServerParts, { easel, db, register }: BuiltEasel): ChosenAdapter[] {
  const { config, secrets, words, log, say } = parts
  return adapterModules.flatMap(({ platform, isRequired, setup, create }) => {
    const state = setup({ config, secrets })
    if (state.kind !== 'ready') {
      say(words.cli.adapterOff(words.cli.adapterNames[platform], setupSentence(state, words)))
      return []
    }
    const adapterLog = log.child({ platform })
    const ports = { clock: guardedClock(systemClock, adapterLog), ids: systemIds, log: adapterLog }
    const adapter = create({ easel, config, secrets, ...ports }, documentsIn(db))
    register(adapter.courier)
    return { adapter, isRequired }
  })
}

/** False where a platform refuses us: the others go on without it, unless the server must have it. */
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

/** Tells the operator how an adapter stands, and nothing while that stays the same. */
function reporter({ words, say, warn }: ServerParts, adapter: Adapter): ReportStatus {
  let told = ''
  return status => {
    const line = statusLine(adapter, status, words)
    if (line === told) return
    told = line
    const isTrouble = status.kind === 'refused' || status.kind === 'warning'
    if (isTrouble) warn(line)
    else say(line)
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

/** What adapters keep, sealed before it gets here. */
function documentsIn(db: BuiltEasel['db']): SealedDocuments {
  return {
    save: (id, sealed) => db.write(() => db.installations.put(id, sealed, systemClock.now())),
    find: id => db.installations.get(id),
    ids: () => db.installations.ids(),
    remove: id => db.write(() => db.installations.remove(id)),
  }
}
