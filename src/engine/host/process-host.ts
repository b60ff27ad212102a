/** A worker as a child process: it can be killed and contains crashes, but pictures must be copied. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { exitReason } from '../../errors/worker-end.ts'
import { type Channel, ChannelHost, type WorkerEnd } from './channel-host.ts'
import type { WorkerHost } from './worker-host.ts'
import type { WorkerOptions } from './worker-options.ts'

/** The child's standard output goes to our standard error, so that a command's own output stays clean. */
const stderrFd = 2

/** Signals from outside: people and service managers send them, and the out-of-memory killer sends SIGKILL. */
const signalsOfOthers: ReadonlySet<unknown> = new Set(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'])

/** A host that opens a child process with the options when it starts. */
export function createProcessHost(options: WorkerOptions): WorkerHost {
  return new ChannelHost({
    device: options.device,
    setup: options.setup,
    open: () => openWorkerProcess(options),
  })
}

/** A new worker process and the channel to it. */
export function openWorkerProcess({ entry, env, heapLimitMb }: WorkerOptions): Channel {
  const child = fork(fileURLToPath(entry), [], {
    env,
    execArgv: heapLimitMb === undefined ? [] : [`--max-old-space-size=${heapLimitMb}`],
    // Structured cloning, so that bytes stay bytes.
    serialization: 'advanced',
    stdio: ['ignore', stderrFd, stderrFd, 'ipc'],
  })
  const ended = Promise.all([once(child, 'exit'), once(child, 'disconnect')]).then(
    ([[code, signal]]): WorkerEnd => ({
      reason: signal === null ? exitReason(code) : String(signal),
      byOthers: signalsOfOthers.has(signal),
    }),
    // `once` rejects on 'error': the process could not be started.
    (error): WorkerEnd => ({ reason: String(error), byOthers: false }),
  )
  return {
    // A message to a child that just died is lost; `ended` reports the death.
    post: message => void (child.connected && child.send(message, () => {})),
    onMessage: receive => void child.on('message', receive),
    ended,
    kill: () => void child.kill('SIGKILL'),
  }
}
