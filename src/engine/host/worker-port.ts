/** The worker's end of its channel, for threads and child processes. */
import { parentPort } from 'node:worker_threads'
import { AppError } from '../../errors/errors.ts'
import type { PostedFromWorker } from './protocol.ts'

export interface WorkerPort {
  post(message: PostedFromWorker): void
  /** Calls back for every message, unvalidated. */
  onMessage(receive: (message: unknown) => void): void
  /** Ends this worker after all posted messages are sent. */
  end(): void
}

/** The port of the thread or child process that this code runs in. */
export function currentWorkerPort(): WorkerPort {
  if (parentPort !== null) return threadPort(parentPort)
  if (process.send !== undefined) return processPort(process.send.bind(process))
  throw new AppError('internal', { problem: 'a worker entry was started as a program' })
}

function threadPort(port: NonNullable<typeof parentPort>): WorkerPort {
  return {
    post: message => port.postMessage(message),
    onMessage: receive => void port.on('message', receive),
    // In a thread this ends the thread alone. Posted messages are already in the other side's queue.
    end: () => process.exit(0),
  }
}

function processPort(send: NonNullable<typeof process.send>): WorkerPort {
  // Ctrl-C and service managers signal the whole group: the main process alone decides when a worker stops.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  process.on('SIGHUP', () => {})
  let unsent = 0
  let ending = false
  const exitWhenSent = () => {
    if (ending && unsent === 0) process.exit(0)
  }
  return {
    post: message => {
      unsent += 1
      send(message, undefined, undefined, () => {
        unsent -= 1
        exitWhenSent()
      })
    },
    onMessage: receive => {
      process.on('message', receive)
      // The main process is gone, so nobody waits for this picture.
      process.on('disconnect', () => receive({ kind: 'stop' }))
    },
    end: () => {
      ending = true
      exitWhenSent()
    },
  }
}
