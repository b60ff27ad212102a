/** The checks of `easel doctor` besides the models: runtime, libraries, folders and chat platforms. */
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ChatPlatform } from '../../common/platforms.ts'
import { databaseFileIn } from '../../db/files/data-folder.ts'
import { AppError, hasCode } from '../../errors/errors.ts'
import { readFileProblem } from '../../errors/file-problem.ts'
import { packageRoot } from '../../system/paths.ts'
import { errorSentence, type Words } from '../../words/en.ts'
import type { CommandSession } from '../session.ts'

export interface DoctorFinding {
  check: keyof Words['cli']['checks'] | ChatPlatform
  /** `off` is not a fault: the part is disabled or not configured. */
  state: 'fine' | 'wrong' | 'off'
  detail: string
}

/** The minimum of better-sqlite3, discord.js and sharp, as in package.json. */
const minNodeVersion = [20, 9] as const

export function checkNode({ cli }: Words): DoctorFinding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const recent = major > minNodeVersion[0] || (major === minNodeVersion[0] && minor >= minNodeVersion[1])
  return recent
    ? { check: 'node', state: 'fine', detail: process.versions.node }
    : {
        check: 'node',
        state: 'wrong',
        detail: cli.nodeTooOld(process.versions.node, minNodeVersion.join('.')),
      }
}

/** Native libraries, each loaded by the module that owns it. */
export async function checkNative({ cli }: Words): Promise<DoctorFinding[]> {
  const libraries = [
    ['runtime', () => import('../../engine/onnx/session.ts')],
    ['database', () => import('../../db/client.ts')],
    ['images', () => import('../../engine/image/decode.ts')],
  ] as const
  return Promise.all(
    libraries.map(async ([check, load]): Promise<DoctorFinding> => {
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

/** Checks the data folder. It creates nothing: for a missing folder, the nearest existing parent is checked. */
export async function checkDataFolder({ config, words }: CommandSession): Promise<DoctorFinding[]> {
  const { dataDir: folder } = config
  if (!existsSync(folder)) {
    try {
      // The dot makes the check fail if the path is a file.
      accessSync(`${nearestExisting(folder)}/.`, constants.W_OK | constants.X_OK)
    } catch (error) {
      throw new AppError('data-folder-read-only', { folder, problem: readFileProblem(error) }, error)
    }
    return [{ check: 'data', state: 'fine', detail: words.cli.dataFree(folder) }]
  }
  const { ownDataFolder } = await import('../../db/files/owner-lock.ts')
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

/** Whether the database is intact and agrees with the picture files. */
async function checkContents(folder: string, words: Words): Promise<DoctorFinding[]> {
  const { examine } = await import('../../db/examine.ts')
  const found = examine(folder, join(packageRoot, 'migrations'))
  const finding = (
    state: DoctorFinding['state'],
    detail: string,
    check: DoctorFinding['check'] = 'data',
  ): DoctorFinding => ({ check, state, detail })
  switch (found.kind) {
    case 'none':
      return []
    case 'damaged':
      return [finding('wrong', words.cli.databaseDamaged(databaseFileIn(folder)))]
    case 'refused':
      return [finding('wrong', errorSentence(words, found.why))]
    case 'sound': {
      const { pictures, missing, unknown, undelivered, paused } = found
      const strays = [
        ...(unknown === 0 ? [] : [finding('off', words.cli.filesUnknown(unknown))]),
        ...(undelivered === 0 ? [] : [finding('off', words.cli.resultsUndelivered(undelivered))]),
        ...(paused.length === 0 ? [] : [finding('off', words.machines.devicesPaused(paused), 'device')]),
      ]
      if (missing > 0) return [finding('wrong', words.cli.picturesMissing(missing, pictures)), ...strays]
      return [finding('fine', words.cli.databaseSound(pictures)), ...strays]
    }
  }
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder))
}

/** One or more lines for each chat platform. `isRunning`: an Easel with this configuration is running. */
export async function checkAdapters(
  { config, secrets, words }: CommandSession,
  isRunning: boolean,
): Promise<DoctorFinding[]> {
  const { adapterModules, setupSentence } = await import('../../startup/adapters.ts')
  const findings = adapterModules.map(async ({ platform, setup, diagnose }): Promise<DoctorFinding[]> => {
    const state = setup({ config, secrets })
    if (state.kind === 'ready')
      return (await diagnose({ config, secrets, words, isRunning })).map(line => ({
        check: platform,
        ...line,
      }))
    // No variables at all mean that the platform is not wanted. Only some of them are a mistake.
    const isOff = state.kind === 'off'
    return [{ check: platform, state: isOff ? 'off' : 'wrong', detail: setupSentence(state, words) }]
  })
  return (await Promise.all(findings)).flat()
}
