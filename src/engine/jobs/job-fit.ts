/** Whether a device can hold a job, by its files and its memory: one rule for the acceptance of jobs and for the pool. Pure. */
import type { MemoryKind, NeededMemory } from '../../common/memory-need.ts'

/** The memory of a device for its worker. */
export interface DeviceMemory {
  readonly name: string
  /** The memory that its worker may use; absent: no limit is known. */
  readonly memoryBytes?: number
  /** Absent if unknown: the kind with the least need then counts. */
  readonly memoryKind?: MemoryKind
}

/** The resources of a device for jobs: files and memory. */
export interface DeviceResources extends DeviceMemory {
  /** The hashes of the files in its machine's models folders; absent: all files. */
  readonly holdings?: ReadonlySet<string>
}

/** The resources that a job needs of a device. */
export interface JobNeeds {
  /** The hashes of all files in the models folders that the job needs, including its model. */
  readonly needs: readonly string[]
  /** Counted once, when the job is accepted or read at the start. */
  readonly neededMemory: NeededMemory
}

/** The kind of the device's memory; float16, the one with the least need, if it is unknown. */
export function memoryKindOn({ memoryKind = 'float16' }: DeviceMemory): MemoryKind {
  return memoryKind
}

/** The bytes that a job with that need takes on the device. */
export function neededBytesOn(device: DeviceMemory, needed: NeededMemory): number {
  return needed[memoryKindOn(device)]
}

/** The bytes that the device's worker may use; infinite if no limit is known. */
export function memoryLimitOf({ memoryBytes = Number.POSITIVE_INFINITY }: DeviceMemory): number {
  return memoryBytes
}

/** Whether all files that a job needs are in the device's models folders. */
export function hasFilesFor({ holdings }: DeviceResources, { needs }: Pick<JobNeeds, 'needs'>): boolean {
  return holdings === undefined || needs.every(hash => holdings.has(hash))
}

/** Whether a device has the files and the memory for a job. Two numbers are compared first, because the pool asks often. */
export function canHold(device: DeviceResources, job: JobNeeds): boolean {
  return neededBytesOn(device, job.neededMemory) <= memoryLimitOf(device) && hasFilesFor(device, job)
}
