/** The composition root: builds every part, starts them in order, stops them on a signal; it alone knows all parts. */
import { join } from 'node:path'
import { type BuiltEasel, buildEasel } from './app/build-easel.ts'
import { checkPicture } from './app/check-picture.ts'
import type { Platform } from './app/people.ts'
import type { Adapter, AdapterFactory } from './bots/adapter.ts'
import { discordAdapter } from './bots/discord/index.ts'
import { type SealedStorage, slackAdapter } from './bots/slack/index.ts'
import { webAdapter } from './bots/web/index.ts'
import type { Config, Secrets } from './config.ts'
import { hostOpener } from './devices.ts'
import { isOfNoUse, type ModelCatalogue } from './engine/models/library.ts'
import { AppError, toAppError } from './errors.ts'
import { watchEventLoop } from './event-loop.ts'
import { readLibrary } from './model-library.ts'
import { packageRoot } from './paths.ts'
import type { Logger } from './ports.ts'
import { systemClock, systemIds, systemRandom } from './system-ports.ts'
import { within } from './time-limit.ts'
import { errorSentence, type Words } from './words/en.ts'

/** Beyond the grace for pictures, how long what is being delivered is waited for. */
const deliveryGraceMs = 3000

/** One line per chat platform; the order is that of the lines at start. */
function platforms({ db }: BuiltEasel): readonly { platform: Platform; create: AdapterFactory }[] {
  return [
    { platform: 'web', create: webAdapter },
    { platform: 'discord', create: discordAdapter },
    { platform: 'slack', create: slackAdapter(installationsIn(db)) },
  ]
}

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
  /** Takes nothing new, lets what is being painted finish for `graceMs`, then stops it between two steps. */
  stop(graceMs: number): Promise<void>
}

/** Throws AppError when the data folder, the models or the web chat's address cannot be used. */
export async function startServer(parts: ServerParts): Promise<Server> {
  const { config, words, log, say } = parts
  const catalogue = await usableModels(parts)
  const built = buildEasel({
    config,
    catalogue,
    devices: config.devices.map(device => ({
      name: device.name,
      openHost: hostOpener(device, catalogue.models, process.env),
    })),
    checkPicture,
    migrationsFolder: join(packageRoot, 'migrations'),
    clock: systemClock,
    ids: systemIds,
    random: systemRandom,
    log,
    onHung: parts.onHung,
  })
  say(words.cli.devicesReady(config.devices.map(({ name }) => name)))
  const adapters = createAdapters(parts, built)
  const started: Adapter[] = []
  const eventLoop = watchEventLoop()
  const server: Server = {
    async stop(graceMs) {
      await built.stopPainting(graceMs)
      const delivered = built.stopDelivering()
      await within(systemClock, deliveryGraceMs, delivered)
      // A delivery may wait for a network that does not answer: the end of its adapter ends it.
      await Promise.all(started.map(adapter => adapter.stop()))
      await within(systemClock, deliveryGraceMs, delivered)
      built.close()
      log.info(eventLoop.end(), 'stopped')
    },
  }
  try {
    await built.start()
    for (const adapter of adapters) {
      if (await startAdapter(parts, adapter)) started.push(adapter)
    }
    if (started.length === 0) throw new AppError('config', nothingToServe(words))
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
  const catalogue = await readLibrary(config)
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

/** Those that are on, with their couriers registered; says why the others are off. */
function createAdapters(parts: ServerParts, built: BuiltEasel): Adapter[] {
  const { config, secrets, words, log, say } = parts
  const { easel, register } = built
  return platforms(built).flatMap(({ platform, create }) => {
    const choice = create({
      easel,
      config,
      secrets,
      clock: systemClock,
      ids: systemIds,
      log: log.child({ platform }),
    })
    if (choice.kind === 'off') {
      say(words.cli.adapterOff(words.cli.adapterNames[platform], choice.reason))
      return []
    }
    register(choice.adapter.courier)
    return choice.adapter
  })
}

/**
 * False where a platform refuses us: the others go on without it. The web chat must have the address that the
 * configuration names, or the operator looks for it in vain.
 */
async function startAdapter({ words, log, say, warn }: ServerParts, adapter: Adapter): Promise<boolean> {
  const name = words.cli.adapterNames[adapter.platform]
  try {
    await adapter.start()
  } catch (error) {
    if (adapter.platform === 'web') throw error
    const fault = toAppError(error)
    log.error({ error: fault, platform: adapter.platform }, 'the adapter did not start')
    warn(words.cli.adapterOff(name, errorSentence(words, fault)))
    return false
  }
  say(adapter.url === undefined ? words.cli.adapterOn(name) : words.cli.adapterAt(name, adapter.url))
  return true
}

function nothingToServe({ cli }: Words) {
  return { file: 'config/default.yaml', key: 'web.enabled', problem: cli.noAdapter }
}

/** Slack's installations, sealed before they get here. */
function installationsIn(db: BuiltEasel['db']): SealedStorage {
  return {
    save: (id, sealed) => db.write(() => db.installations.put(id, sealed, systemClock.now())),
    find: id => db.installations.get(id),
    ids: () => db.installations.ids(),
    remove: id => db.write(() => db.installations.remove(id)),
  }
}
