/** Opens the workers of configured devices. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { DeviceConfig } from './config.ts'
import { createProcessHost } from './engine/host/process-host.ts'
import { createThreadHost } from './engine/host/thread-host.ts'
import type { WorkerHost } from './engine/host/worker-host.ts'
import type { DeviceOpeners } from './engine/jobs/devices/device.ts'
import type { ModelCatalogue } from './engine/models/library.ts'
import { memoryBudgetBytes } from './memory-budget.ts'
import { packageRoot } from './paths.ts'
import { version } from './version.ts'

/** Worker threads run compiled JavaScript, even when this file runs as TypeScript. */
const entry = pathToFileURL(join(packageRoot, 'dist/src/engine/host/worker.js'))

/** The environment variables of a worker: paths of libraries and devices, never a token. */
const passedOn =
  /^(PATH|HOME|TMPDIR|LANG|LC_\w+|TZ|XDG_RUNTIME_DIR|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|VK_\w+|ORT_\w+)$/

/** A process of its own for a GPU: a driver that hangs or a kernel that crashes takes nothing else with it. */
function hostKindOf({ name, host }: DeviceConfig): 'thread' | 'process' {
  return host ?? (name.startsWith('cpu') ? 'thread' : 'process')
}

/** The pool's openers for a device's workers: the configured host, and a process for jobs that may crash it. */
export function deviceOpeners(
  device: DeviceConfig,
  catalogue: Pick<ModelCatalogue, 'models' | 'files'>,
  env: Readonly<Record<string, string | undefined>>,
): DeviceOpeners {
  const memoryBytes = memoryBudgetBytes(device)
  const openHost = hostOpener(device, catalogue, env, memoryBytes)
  const known = { name: device.name, ...(memoryBytes !== undefined && { memoryBytes }), openHost }
  if (hostKindOf(device) === 'process') return known
  const openIsolatedHost = hostOpener({ ...device, host: 'process' }, catalogue, env, memoryBytes)
  return { ...known, openIsolatedHost }
}

/** Opens a new worker for the device at each call. */
export function hostOpener(
  device: DeviceConfig,
  { models, files }: Pick<ModelCatalogue, 'models' | 'files'>,
  env: Readonly<Record<string, string | undefined>>,
  memoryBytes = memoryBudgetBytes(device),
): () => WorkerHost {
  const create = hostKindOf(device) === 'process' ? createProcessHost : createThreadHost
  const options = {
    entry,
    device: device.name,
    setup: {
      device: device.name,
      threads: device.threads,
      precision: device.precision,
      memoryBytes,
      models,
      files,
      version: `Easel ${version}`,
    },
    env: workerEnvironment(env),
  }
  return () => create(options)
}

export function workerEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && passedOn.test(name) ? [[name, value]] : [],
  )
  return Object.fromEntries(kept)
}
