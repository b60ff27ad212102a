/** `easel doctor`: checks this machine and its configuration, one line per check; exit code 1 for any fault. */
import type { Command } from 'commander'
import { isChatPlatform } from '../../common/platforms.ts'
import { toAppError } from '../../errors/errors.ts'
import type { Words } from '../../words/en.ts'
import {
  checkAdapters,
  checkDataFolder,
  checkNative,
  checkNode,
  type DoctorFinding,
} from '../doctor/machine-checks.ts'
import { checkModels } from '../doctor/model-checks.ts'
import { checkKeys, checkRedis, checkStore } from '../doctor/remote-checks.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  faultSentence,
  newCommand,
  type RunCommand,
} from '../session.ts'

export function doctorCommand(words: Words, run: RunCommand): Command {
  return newCommand('doctor', words).action((options: CommonOptions) =>
    run(options, session => examine(session, options)),
  )
}

async function examine(session: CommandSession, options: CommonOptions): Promise<ExitCode> {
  const { words, out } = session
  let problems = 0
  const show = (findings: readonly DoctorFinding[]) => {
    for (const { check, state, detail } of findings) {
      if (state === 'wrong') problems += 1
      out(`${words.cli.states[state].padEnd(6)} ${labelOf(check, words).padEnd(14)} ${detail}`)
    }
  }
  show([checkNode(words)])
  const native = await checkNative(words)
  show(native)
  show([{ check: 'config', state: 'fine', detail: options.config ?? words.cli.defaultsOnly }])
  const data = await runGuarded(session, 'data', () => checkDataFolder(session))
  show(data)
  // A model cannot be tested without the libraries.
  if (native.every(({ state }) => state === 'fine')) {
    show(
      await runGuarded(session, 'models', async () => {
        await checkModels(session, show)
        return []
      }),
    )
  }
  // The first line is about the folder, the others about its contents.
  const isRunning = data[0]?.state === 'off'
  show(await runGuarded(session, 'adapters', () => checkAdapters(session, isRunning)))
  const redis = await runGuarded(session, 'redis', () => checkRedis(session))
  show(redis)
  if (redis.every(({ state }) => state === 'fine'))
    show(await runGuarded(session, 'redis', () => checkKeys(session)))
  show(await runGuarded(session, 'store', () => checkStore(session)))
  out('')
  out(problems === 0 ? words.cli.healthy : words.cli.unhealthy(problems))
  return problems === 0 ? exitCodes.done : exitCodes.fault
}

function labelOf(check: DoctorFinding['check'], { cli }: Words): string {
  return isChatPlatform(check) ? cli.adapterNames[check] : cli.checks[check]
}

/** An unexpected error in a check is reported as a finding. */
async function runGuarded(
  session: CommandSession,
  check: DoctorFinding['check'],
  run: () => Promise<DoctorFinding[]>,
): Promise<DoctorFinding[]> {
  try {
    return await run()
  } catch (error) {
    return [{ check, state: 'wrong', detail: faultSentence(session, toAppError(error)) }]
  }
}
