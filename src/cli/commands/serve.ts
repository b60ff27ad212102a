/** `easel serve`: runs the server as a process, with signals and exit codes. */
import type { Command } from 'commander'
import { Timers } from '../../engine/jobs/timers.ts'
import { toAppError } from '../../errors/errors.ts'
import { type Server, startServer, stopLimitMs } from '../../main.ts'
import type { Logger } from '../../system/ports.ts'
import { systemClock } from '../../system/system-ports.ts'
import { within } from '../../system/time-limit.ts'
import type { Words } from '../../words/en.ts'
import { showMaking } from '../progress.ts'
import {
  type CommonOptions,
  type ExitCode,
  exitCodes,
  newCommand,
  runCommand,
  type Session,
} from '../session.ts'

/** For connections that are closing when everything else is over. */
const lingerMs = 1000
/** For giving back what is being painted, when somebody is in a hurry. */
const hurryMs = 500
/** Between two looks at whether npm is still there. */
const parentPauseMs = 500

export function serveCommand(words: Words): Command {
  return newCommand('serve', words).action((options: CommonOptions) => runCommand(options, serve, 'all'))
}

/**
 * Serves until a signal asks it to end, or until a device hangs. The first signal lets what is being painted finish, for
 * `shutdownGraceMs`; a second one, or a stop that does not come to its end, ends the process at once, by SIGKILL: leaving
 * by `exit` while a worker is inside onnxruntime's `run` aborts with a core dump two times out of three. What was being
 * painted is given back first, so that it is not taken for what ended the process.
 */
async function serve(session: Session): Promise<ExitCode> {
  const { config, secrets, words, log, out, err } = session
  const ending = new Ending()
  logOutcasts(log, () => ending.ask(exitCodes.fault))
  let server: Server | undefined
  const endAtOnce = async () => {
    err(words.cli.stoppedAtOnce)
    await within(systemClock, hurryMs, server?.release() ?? Promise.resolve())
    dieAtOnce()
  }
  const onSignal = () => {
    if (ending.asked) void endAtOnce()
    ending.ask(exitCodes.done)
  }
  // SIGHUP: the terminal was closed.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
  const parent = process.ppid

  let hung = false
  const starting = startServer({
    config,
    secrets,
    words,
    log,
    say: out,
    warn: err,
    making: showMaking(process.stderr, out, words),
    onHung() {
      hung = true
      ending.ask(exitCodes.fault)
    },
    onBuilt(built) {
      server = built
    },
  })
  // After a signal nobody waits for it.
  starting.catch(() => {})
  await Promise.race([starting, ending.reason])
  const underNpm = process.env.npm_lifecycle_event !== undefined
  const endWatch = underNpm ? watchParent(parent, () => ending.ask(exitCodes.done)) : () => {}
  const exitCode = await ending.reason
  endWatch()
  out(words.cli.stopping(config.shutdownGraceMs))
  const limit = systemClock.after(config.shutdownGraceMs + stopLimitMs, () => void endAtOnce())
  // Before anything is built there is nothing to lose.
  const clean = (await server?.stop(config.shutdownGraceMs)) ?? true
  limit()
  if (hung || !clean) dieAtOnce()
  out(words.cli.stopped)
  endLingering(exitCode)
  return exitCode
}

/**
 * A promise that fails and that nobody waits for harms nobody else. After an exception that nobody caught, nobody knows what
 * is half done: the server stops in order.
 */
function logOutcasts(log: Logger, stop: () => void): void {
  process.on('unhandledRejection', error => {
    log.error({ error: toAppError(error) }, 'a promise failed that nobody waited for')
  })
  process.on('uncaughtException', error => {
    log.error({ error: toAppError(error) }, 'an exception that nobody caught: the server stops')
    stop()
  })
}

/** A signal to `npm start` ends npm and its shell, which do not pass it on: their end is what we hear of it. */
function watchParent(parent: number, onGone: () => void): () => void {
  const timers = new Timers(systemClock)
  const look = () => {
    if (process.ppid === parent) timers.after(parentPauseMs, look)
    else onGone()
  }
  look()
  return () => timers.end()
}

/** Somebody or something wants the server to end; only the first reason counts. */
class Ending {
  readonly reason: Promise<ExitCode>
  #resolve: (code: ExitCode) => void = () => {}
  #asked = false

  constructor() {
    this.reason = new Promise(resolve => {
      this.#resolve = resolve
    })
  }

  get asked(): boolean {
    return this.#asked
  }

  ask(code: ExitCode): void {
    this.#asked = true
    this.#resolve(code)
  }
}

/** Everything is stopped and on disk: a connection that nobody answers may not keep the process. */
function endLingering(exitCode: ExitCode): void {
  setTimeout(() => process.exit(exitCode), lingerMs).unref()
}

function dieAtOnce(): void {
  process.kill(process.pid, 'SIGKILL')
}
