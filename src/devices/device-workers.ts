/** Opens the workers of configured devices. */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { WorkerHostKind } from '../common/choices.ts'
import { isCpuName } from '../common/device-names.ts'
import { memoryKindOf } from '../common/memory-need.ts'
import type { Config } from '../config/config.ts'
import { createProcessHost } from '../engine/host/process-host.ts'
import { createThreadHost } from '../engine/host/thread-host.ts'
import type { WorkerHost } from '../engine/host/worker-host.ts'
import type { WorkerOptions } from '../engine/host/worker-options.ts'
import type { DeviceOpeners } from '../engine/jobs/devices/device.ts'
import type { DeviceMemory } from '../engine/jobs/job-fit.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import { packageRoot } from '../system/paths.ts'
import { version } from '../system/version.ts'
import type { BudgetedDevice } from './memory-budget.ts'

/** Worker threads run compiled JavaScript, even when this file runs as TypeScript. */
const entry = pathToFileURL(join(packageRoot, 'dist/bin/worker.js'))

/** The environment variables of a worker: paths of libraries and devices, never a token. */
const passedOn =
  /^(PATH|HOME|TMPDIR|LANG|LC_\w+|TZ|XDG_RUNTIME_DIR|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|VK_\w+|ORT_\w+)$/

/**
 * How glibc's allocator is set in a worker process: what is larger than a MiB, as weights are, is given back to the system when
 * it is freed. The allocator keeps it by default, and an expert that took the place of another would need the room of both.
 */
const allocator = { MALLOC_MMAP_THRESHOLD_: String(2 ** 20) }

/**
 * CUDA's libraries multiply float32 in TF32, of 10 bits: the text encoders were off by 2e-3 on an H200, and by 2e-6 without. The
 * libraries read this from the process's environment, so it has no effect on a worker thread.
 */
export const withoutTf32 = { NVIDIA_TF32_OVERRIDE: '0' }

/** What a worker is told of what it may be asked to paint. */
export interface WorkerCatalogue extends Pick<ModelCatalogue, 'models' | 'files'> {
  /** The pixels of the largest picture that may be asked for. */
  readonly maxPixels: number
}

export function workerCatalogue(
  { models, files }: Pick<ModelCatalogue, 'models' | 'files'>,
  { maxPixels }: Pick<Config['limits'], 'maxPixels'>,
): WorkerCatalogue {
  return { models, files, maxPixels }
}

/** The pool's openers for a device's workers: the configured host, and a process for jobs that may crash it. */
export function deviceOpeners(
  device: BudgetedDevice,
  catalogue: WorkerCatalogue,
  env: Readonly<Record<string, string | undefined>>,
): DeviceOpeners {
  const known = { ...memoryOf(device), openHost: hostOpener(device, catalogue, env) }
  if (hostOf(device, catalogue.models) === 'process') return known
  return { ...known, openIsolatedHost: hostOpener({ ...device, host: 'process' }, catalogue, env) }
}

/** What is known of the device's memory and how it computes, before its worker is open. */
export function memoryOf({ name, memoryBytes, precision }: BudgetedDevice): DeviceMemory {
  return {
    name,
    ...(memoryBytes !== undefined && { memoryBytes }),
    memoryKind: memoryKindOf(name, precision === 'auto' ? undefined : precision),
  }
}

/** Opens a new worker for the device at each call. */
export function hostOpener(
  device: BudgetedDevice,
  catalogue: WorkerCatalogue,
  env: Readonly<Record<string, string | undefined>>,
): () => WorkerHost {
  const host = hostOf(device, catalogue.models)
  const create = host === 'process' ? createProcessHost : createThreadHost
  const options = workerOptions({ ...device, host }, catalogue, env)
  return () => create(options)
}

/** What a worker on the device is started with. */
export function workerOptions(
  device: BudgetedDevice,
  { models, files, maxPixels }: WorkerCatalogue,
  env: Readonly<Record<string, string | undefined>>,
): WorkerOptions {
  const { name, threads, precision, host, memoryBytes } = device
  return {
    entry,
    device: name,
    setup: {
      device: name,
      threads,
      precision,
      memoryBytes,
      models,
      files,
      maxPixels,
      version: `Easel ${version}`,
    },
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
  {
    name,
    host,
    memoryBytes = Number.POSITIVE_INFINITY,
  }: Pick<BudgetedDevice, 'name' | 'host' | 'memoryBytes'>,
  models: ModelCatalogue['models'],
): WorkerHostKind {
  const takesTurns = models.some(model => {
    const needs = [...(model.needs ?? []), ...(model.refiner?.needs ?? [])]
    return needs.reduce((sum, { openingBytes }) => sum + openingBytes, 0) > memoryBytes
  })
  return host ?? (isCpuName(name) && !takesTurns ? 'thread' : 'process')
}

export function workerEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && passedOn.test(name) ? [[name, value]] : [],
  )
  return Object.fromEntries(kept)
}
