/** With `--import`: every thread of the process collects its heap when the process receives SIGUSR2. */
import { Session } from 'node:inspector'
import { isMainThread } from 'node:worker_threads'

const session = new Session()
session.connect()
/** As the inspector does it, which also gives free pages back to the system. */
const collect = () => session.post('HeapProfiler.collectGarbage')

// Signals reach the main thread alone. An open channel must keep no thread alive.
const channel = new BroadcastChannel('collect garbage')
channel.unref()
if (isMainThread) {
  process.on('SIGUSR2', () => {
    channel.postMessage('now')
    collect()
  })
} else {
  channel.onmessage = collect
}
