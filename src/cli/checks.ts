/** What `easel doctor` looks at outside of the models: runtime, libraries, folders, port and tokens. */
import { accessSync, constants, existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { databaseFileIn } from '../db/data-folder.ts'
import { AppError, hasCode } from '../errors.ts'
import { fileProblem } from '../file-problem.ts'
import { errorSentence, type Words } from '../words/en.ts'
import type { Session } from './session.ts'

export interface Finding {
  check: keyof Words['cli']['checks']
  /** `off` is no fault: something that is not wanted or not configured. */
  state: 'fine' | 'wrong' | 'off'
  detail: string
}

/** better-sqlite3, discord.js and sharp need it: package.json says the same. */
const oldestNode = [20, 9] as const

export function checkNode({ cli }: Words): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const recent = major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])
  return recent
    ? { check: 'node', state: 'fine', detail: process.versions.node }
    : { check: 'node', state: 'wrong', detail: cli.nodeTooOld(process.versions.node, oldestNode.join('.')) }
}

/** Native libraries, each loaded by the module that owns it. */
export async function checkNative({ cli }: Words): Promise<Finding[]> {
  const libraries = [
    ['runtime', () => import('../engine/onnx/session.ts')],
    ['database', () => import('../db/client.ts')],
    ['images', () => import('../engine/image/decode.ts')],
  ] as const
  return Promise.all(
    libraries.map(async ([check, load]): Promise<Finding> => {
      try {
        await load()
        return { check, state: 'fine', detail: '' }
      } catch (error) {
        const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
        return { check, state: 'wrong', detail: cli.nativeMissing(reason) }
      }
    }),
  )
}

/** Leaves nothing behind: a folder that is not there yet is judged by the nearest one that is. */
export async function checkDataFolder({ config, words }: Session): Promise<Finding[]> {
  const { dataDir: folder } = config
  if (!existsSync(folder)) {
    try {
      // The dot fails where a file stands in the place of a folder.
      accessSync(`${nearestExisting(folder)}/.`, constants.W_OK | constants.X_OK)
    } catch (error) {
      throw new AppError('data-folder-read-only', { folder, problem: fileProblem(error) }, error)
    }
    return [{ check: 'data', state: 'fine', detail: words.cli.dataFree(folder) }]
  }
  const { ownDataFolder } = await import('../db/owner-lock.ts')
  const contents = await checkContents(folder, words)
  try {
    ownDataFolder(folder).release()
  } catch (error) {
    if (!hasCode(error, 'data-folder-owned')) throw error
    return [
      { check: 'data', state: 'off', detail: words.cli.dataInUse(folder, error.details.pid) },
      ...contents,
    ]
  }
  return [{ check: 'data', state: 'fine', detail: words.cli.dataFree(folder) }, ...contents]
}

/** Whether the database is whole, and agrees with the pictures beside it. */
async function checkContents(folder: string, words: Words): Promise<Finding[]> {
  const { examine } = await import('../db/examine.ts')
  const found = examine(folder)
  const finding = (state: Finding['state'], detail: string): Finding => ({ check: 'data', state, detail })
  switch (found.kind) {
    case 'none':
      return []
    case 'damaged':
      return [finding('wrong', words.cli.databaseDamaged(databaseFileIn(folder)))]
    case 'sound': {
      const { pictures, missing, unknown } = found
      const strays = unknown === 0 ? [] : [finding('off', words.cli.filesUnknown(unknown))]
      if (missing > 0) return [finding('wrong', words.cli.picturesMissing(missing, pictures)), ...strays]
      return [finding('fine', words.cli.databaseSound(pictures)), ...strays]
    }
  }
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder))
}

/** `data` tells whether an Easel runs on this configuration, whose port it then is. */
export async function checkPort({ config, words }: Session, data: readonly Finding[]): Promise<Finding[]> {
  const { enabled, host, port } = config.web
  if (!enabled) return [{ check: 'port', state: 'off', detail: words.cli.webOff }]
  const fault = await tryPort(host, port)
  if (!fault) return [{ check: 'port', state: 'fine', detail: words.cli.portFree(host, port) }]
  const ours = fault.code === 'port-in-use' && data.some(({ state }) => state === 'off')
  return ours
    ? [{ check: 'port', state: 'off', detail: words.cli.portOurs(host, port) }]
    : [{ check: 'port', state: 'wrong', detail: errorSentence(words, fault) }]
}

function tryPort(host: string, port: number): Promise<AppError | undefined> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE'
      const problem = `${host}:${port} ${error.code ?? error.message}`
      resolve(
        taken
          ? new AppError('port-in-use', { host, port, key: 'web.port' }, error)
          : new AppError('config', { file: 'web', key: 'web.host, web.port', problem }, error),
      )
    })
    server.listen(port, host, () => server.close(() => resolve(undefined)))
  })
}

/** Tries the token, and says how Easel is invited. */
export async function checkDiscord({ config, secrets, words }: Session): Promise<Finding[]> {
  const { discordToken } = secrets
  const { operator } = words.discord
  const finding = (state: Finding['state'], detail: string): Finding => ({ check: 'discord', state, detail })
  if (discordToken === undefined) return [finding('off', words.cli.tokenMissing(['DISCORD_TOKEN']))]
  const { diagnose } = await import('../bots/discord/transport/diagnose.ts')
  const met = await diagnose(discordToken, config)
  const { guildId } = config.discord
  switch (met.kind) {
    case 'wrong-token':
      return [finding('wrong', operator.wrongToken)]
    case 'unreachable':
      return [finding('wrong', operator.unreachable(met.problem))]
    case 'not-in-guild':
      return [finding('wrong', operator.notInGuild(guildId)), finding('off', operator.invite(met.inviteUrl))]
    case 'known':
      return [
        finding('fine', operator.known(met.name)),
        finding('fine', guildId === '' ? operator.everywhere : operator.trial(guildId)),
        finding('fine', operator.invite(met.inviteUrl)),
        finding('fine', operator.inviteForOneself(met.inviteForOneselfUrl)),
      ]
  }
}

/** Socket Mode needs the app's own token, HTTP the signing secret; the bot's token both. */
export function checkSlack({ config, secrets, words }: Session): Finding {
  const second =
    config.slack.transport === 'socket'
      ? (['SLACK_APP_TOKEN', secrets.slackAppToken] as const)
      : (['SLACK_SIGNING_SECRET', secrets.slackSigningSecret] as const)
  const needed = [['SLACK_BOT_TOKEN', secrets.slackBotToken] as const, second]
  const missing = needed.flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (missing.length === 0) return { check: 'slack', state: 'fine', detail: words.cli.tokenPresent }
  // One of two tokens is a slip; none is a choice.
  const state = missing.length === needed.length ? 'off' : 'wrong'
  return { check: 'slack', state, detail: words.cli.tokenMissing(missing) }
}
