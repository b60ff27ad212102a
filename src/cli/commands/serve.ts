/** `easel serve`: runs the server as a process, with signals and exit codes. */
import type { Command } from 'commander'
import { Timers } from '../../engine/jobs/timers.ts'
import { toAppError } from '../../errors/errors.ts'
import { type Server, startServer, stopLimitMs } from '../../main.ts'
import type { Logger } from '../../system/ports.ts'
import { systemClock } from '../../system/system-ports.ts'
import { within } from '../../system/time-limit.ts'
import type { Words } from '../../words/en.ts'
import { showMaking } from '../pictures/progress.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  newCommand,
  type RunCommand,
} from '../session.ts'

/** The time for open connections to close after everything else has stopped. */
const exitDelayMs = 1000
/** The time for returning running jobs to the queue after a second signal. */
const releaseLimitMs = 500
/** The interval of checks whether npm is still running. */
const parentPauseMs = 500

export function serveCommand(words: Words, run: RunCommand): Command {
  return newCommand('serve', words).action((options: CommonOptions) => run(options, serve, 'all'))
}

/**
 * Serves until a signal arrives or a device hangs. After the first signal, running jobs may finish within
 * `shutdownGraceMs`. A second signal, or a stop that does not complete, ends the process at once by SIGKILL, because `exit`
 * during onnxruntime's `run` aborts with a core dump in two of three cases. Running jobs are returned to the queue first, so
 * that they are not suspected of a crash.
 */
async function serve(session: CommandSession): Promise<ExitCode> {
  const { config, secrets, words, log, surroundings, out, err } = session
  const shutdown = new Shutdown()
  handleUncaughtErrors(log, () => shutdown.request(exitCodes.fault))
  let server: Server | undefined
  const endAtOnce = async () => {
    err(words.cli.stoppedAtOnce)
    await within(systemClock, releaseLimitMs, server?.release() ?? Promise.resolve())
    killProcess()
  }
  handleSignals(shutdown, endAtOnce)
  const parent = process.ppid

  let hung = false
  const starting = startServer({
    config,
    secrets,
    words,
    log,
    print: out,
    warn: err,
    making: showMaking(surroundings.stderr, out, words),
    onHung() {
      hung = true
      shutdown.request(exitCodes.fault)
    },
    onBuilt(built) {
      server = built
    },
  })
  // After a signal the rest of the start is not awaited.
  starting.catch(() => {})
  await Promise.race([starting, shutdown.reason])
  const underNpm = surroundings.env.npm_lifecycle_event !== undefined
  const endWatch = underNpm ? watchParent(parent, () => shutdown.request(exitCodes.done)) : () => {}
  const exitCode = await shutdown.reason
  endWatch()
  const isClean = await stopServer(session, server, endAtOnce)
  if (hung || !isClean) killProcess()
  out(words.cli.stopped)
  exitLater(exitCode)
  return exitCode
}

/** Stops the server within its time limit, or ends the process at once. False if a worker hangs until the process ends. */
async function stopServer(
  { config: { shutdownGraceMs }, words, out }: CommandSession,
  server: Server | undefined,
  endAtOnce: () => Promise<void>,
): Promise<boolean> {
  out(words.cli.stopping(shutdownGraceMs))
  const cancelLimit = systemClock.after(shutdownGraceMs + stopLimitMs, () => void endAtOnce())
  // Before anything is built, the process may end at once.
  const isClean = (await server?.stop(shutdownGraceMs)) ?? true
  cancelLimit()
  return isClean
}

/** The first signal requests a stop, and the next one ends the process. SIGHUP: the terminal was closed. */
function handleSignals(shutdown: Shutdown, endAtOnce: () => Promise<void>): void {
  const onSignal = () => {
    if (shutdown.isRequested) void endAtOnce()
    shutdown.request(exitCodes.done)
  }
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, onSignal)
}

/**
 * An unhandled rejection affects nothing else and is only logged. After an uncaught exception the state is unknown, so the
 * server stops in order.
 */
function handleUncaughtErrors(log: Logger, stop: () => void): void {
  process.on('unhandledRejection', error => {
    log.error({ error: toAppError(error) }, 'a promise failed that nobody waited for')
  })
  process.on('uncaughtException', error => {
    log.error({ error: toAppError(error) }, 'an exception that nobody caught: the server stops')
    stop()
  })
}

/** A signal to `npm start` ends npm and its shell, which do not forward it. The server notices that its parent is gone. */
function watchParent(parent: number, onGone: () => void): () => void {
  const timers = new Timers(systemClock)
  const look = () => {
    if (process.ppid === parent) timers.after(parentPauseMs, look)
    else onGone()
  }
  look()
  return () => timers.end()
}

/** Collects the reasons to stop; only the first one counts. */
class Shutdown {
  readonly reason: Promise<ExitCode>
  #resolve: (code: ExitCode) => void = () => {}
  #isRequested = false

  constructor() {
    this.reason = new Promise(resolve => {
      this.#resolve = resolve
    })
  }

  get isRequested(): boolean {
    return this.#isRequested
  }

  request(code: ExitCode): void {
    this.#isRequested = true
    this.#resolve(code)
  }
}

/** All parts have stopped and all data is on disk: an open connection must not keep the process alive. */
function exitLater(exitCode: ExitCode): void {
  setTimeout(() => process.exit(exitCode), exitDelayMs).unref()
}

function killProcess(): void {
  process.kill(process.pid, 'SIGKILL')
}
