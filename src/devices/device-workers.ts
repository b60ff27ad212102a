/** Opens the workers of configured devices. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { WorkerHostKind } from '../common/choices.ts'
import type { DeviceConfig } from '../config/config.ts'
import { createProcessHost } from '../engine/host/process-host.ts'
import { createThreadHost } from '../engine/host/thread-host.ts'
import type { WorkerHost } from '../engine/host/worker-host.ts'
import type { WorkerOptions } from '../engine/host/worker-options.ts'
import type { DeviceOpeners } from '../engine/jobs/devices/device.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import { packageRoot } from '../system/paths.ts'
import { version } from '../system/version.ts'
import { memoryBudgetBytes } from './memory-budget.ts'

/** Worker threads run compiled JavaScript, even when this file runs as TypeScript. */
const entry = pathToFileURL(join(packageRoot, 'dist/src/engine/host/worker.js'))

/** The environment variables of a worker: paths of libraries and devices, never a token. */
const passedOn =
  /^(PATH|HOME|TMPDIR|LANG|LC_\w+|TZ|XDG_RUNTIME_DIR|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|VK_\w+|ORT_\w+)$/

/**
 * How glibc's allocator is set in a worker process: what is larger than a MiB, as weights are, is given back to the system when
 * it is freed. By default the allocator keeps it, and an expert that took the place of another would need the room of both.
 */
const allocator = { MALLOC_MMAP_THRESHOLD_: String(2 ** 20) }

/**
 * CUDA's libraries multiply float32 in TF32, of 10 bits: the text encoders were off by 2e-3 on an H200, and by 2e-6 without. The
 * libraries read this from the process's environment, so it has no effect on a worker thread.
 */
export const withoutTf32 = { NVIDIA_TF32_OVERRIDE: '0' }

/** The pool's openers for a device's workers: the configured host, and a process for jobs that may crash it. */
export function deviceOpeners(
  device: DeviceConfig,
  catalogue: Pick<ModelCatalogue, 'models' | 'files'>,
  env: Readonly<Record<string, string | undefined>>,
): DeviceOpeners {
  const memoryBytes = memoryBudgetBytes(device)
  const openHost = hostOpener(device, catalogue, env, memoryBytes)
  const known = { name: device.name, ...(memoryBytes !== undefined && { memoryBytes }), openHost }
  if (hostOf(device, catalogue.models, memoryBytes) === 'process') return known
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
  const host = hostOf(device, models, memoryBytes)
  const create = host === 'process' ? createProcessHost : createThreadHost
  const options = workerOptions({ ...device, host }, { models, files }, env, memoryBytes)
  return () => create(options)
}

/** What a worker on the device is started with. */
export function workerOptions(
  device: DeviceConfig,
  { models, files }: Pick<ModelCatalogue, 'models' | 'files'>,
  env: Readonly<Record<string, string | undefined>>,
  memoryBytes = memoryBudgetBytes(device),
): WorkerOptions {
  const { name, threads, precision, host } = device
  return {
    entry,
    device: name,
    setup: { device: name, threads, precision, memoryBytes, models, files, version: `Easel ${version}` },
    env: {
      ...(precision === 'float32' && withoutTf32),
      ...workerEnvironment(env),
      ...(host === 'process' && allocator),
    },
  }
}

/**
 * A process for a GPU: a driver that hangs or a kernel that crashes takes nothing else with it. On the CPU a thread, unless the
 * networks of a model take turns: only a process gives freed memory back to the system.
 */
export function hostOf(
  { name, host }: Pick<DeviceConfig, 'name' | 'host'>,
  models: ModelCatalogue['models'],
  memoryBytes = Number.POSITIVE_INFINITY,
): WorkerHostKind {
  const takesTurns = models.some(model => {
    const needs = [...(model.needs ?? []), ...(model.refiner?.needs ?? [])]
    return needs.reduce((sum, { openingBytes }) => sum + openingBytes, 0) > memoryBytes
  })
  return host ?? (name.startsWith('cpu') && !takesTurns ? 'thread' : 'process')
}

export function workerEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && passedOn.test(name) ? [[name, value]] : [],
  )
  return Object.fromEntries(kept)
}
