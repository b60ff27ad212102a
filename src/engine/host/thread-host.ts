/**
 * A worker as a thread of this process: cheap, but no crash boundary. It is never terminated, because a thread inside
 * onnxruntime's `run` takes the whole process with it (rc 134); it ends itself when asked.
 */
import '../onnx/telemetry-off.ts'
import { Worker } from 'node:worker_threads'
import { exitReason } from '../../errors/worker-end.ts'
import { type Channel, ChannelHost } from './channel-host.ts'
import type { WorkerHost } from './worker-host.ts'
import type { WorkerOptions } from './worker-options.ts'

/** A host that opens a thread with the options when it starts. */
export function createThreadHost(options: WorkerOptions): WorkerHost {
  return new ChannelHost({
    device: options.device,
    setup: options.setup,
    open: () => openThread(options),
  })
}

function openThread({ entry, env, heapLimitMb }: WorkerOptions): Channel {
  const worker = new Worker(entry, {
    env,
    ...(heapLimitMb === undefined ? {} : { resourceLimits: { maxOldGenerationSizeMb: heapLimitMb } }),
  })
  let reason: string | undefined
  worker.on('error', error => {
    reason = String(error)
  })
  return {
    post: message => worker.postMessage(message),
    onMessage: receive => void worker.on('message', receive),
    ended: new Promise(resolve => {
      worker.on('exit', code => resolve({ reason: reason ?? exitReason(code), byOthers: false }))
    }),
  }
}
