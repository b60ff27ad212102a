/** Checks before acceptance whether a picture fits in the memory of any present device. Pure. */

import {
  canHold,
  type DeviceMemory,
  type DeviceResources,
  hasFilesFor,
  type JobNeeds,
  memoryLimitOf,
  neededBytesOn,
} from '../../engine/jobs/job-fit.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import type { NamedFiles } from '../../engine/order-needs.ts'
import { hashesOf, type WorkOrder } from '../../engine/work-order.ts'
import { type Problem, problem } from '../problems.ts'
import { neededMemoryFor, neededMemoryOf } from './needed-memory.ts'

/**
 * The problem if no device with an order's files has memory for it. It concerns the largest such order, and names the device with
 * the most memory. An order whose files no device has waits for a device that has them.
 */
export function memoryProblem(
  orders: readonly WorkOrder[],
  named: NamedFiles,
  devices: readonly DeviceResources[],
): Problem | undefined {
  const jobs = orders.map(order => ({ needs: hashesOf(order), neededMemory: neededMemoryOf(order, named) }))
  return problemOf(jobs, devices)
}

/** As `memoryProblem`, for a model at its native size; reported at start. */
export function modelMemoryProblem(
  { needs = [], nativeSidePx }: ModelRecord,
  devices: readonly DeviceMemory[],
): Problem | undefined {
  return problemOf([{ needs: [], neededMemory: neededMemoryFor(needs, nativeSidePx ** 2) }], devices)
}

function problemOf(jobs: readonly JobNeeds[], devices: readonly DeviceResources[]): Problem | undefined {
  const tooSmall = jobs.flatMap(job => tooSmallFor(job, devices) ?? [])
  const [largest] = tooSmall.sort((a, b) => b.neededBytes - a.neededBytes)
  return largest && problem('memory-too-small', largest)
}

function tooSmallFor(job: JobNeeds, devices: readonly DeviceResources[]) {
  if (devices.some(device => canHold(device, job))) return undefined
  const withFiles = devices.filter(device => hasFilesFor(device, job))
  const [largest] = withFiles.sort((a, b) => memoryLimitOf(b) - memoryLimitOf(a))
  if (!largest) return undefined
  const neededBytes = neededBytesOn(largest, job.neededMemory)
  return { device: largest.name, neededBytes, budgetBytes: memoryLimitOf(largest) }
}
