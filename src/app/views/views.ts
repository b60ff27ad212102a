/** The views of jobs, pictures and people for adapters: plain records for rendering. */
import type { JobState } from '../../engine/jobs/job.ts'
import type { BlockedReason } from '../../engine/jobs/times/forecast.ts'
import type { WorkOrder } from '../../engine/work-order.ts'
import type { ErrorCode, ErrorDetails } from '../../errors/errors.ts'
import type { Conversation, Person } from '../people/people.ts'

export interface PictureView {
  id: string
  jobId: string
  /** 0 … count - 1 within its set. */
  index: number
  seed: number
  widthPx: number
  heightPx: number
  mediaType: string
  sizeBytes: number
  /** sha256 of the file, hex. */
  hash: string
}

export interface JobView {
  id: string
  state: JobState
  author: Person
  conversation: Conversation
  order: WorkOrder
  /** The prompt as typed, before styles and expansion; empty for an upscale of an uploaded picture. */
  promptAsTyped: string
  /** The queue position, 1 is next; only while queued. */
  place?: number
  /** The forecast time until it is done, from measured speeds; undefined while there are none. */
  etaMs?: number
  /** The reason why the job does not advance; only while queued. */
  heldUp?: BlockedReason
  step: number
  steps: number
  /** A small JPEG or WebP preview; only while running, never stored. */
  preview?: Uint8Array
  pictures: PictureView[]
  /** The picture and job from which this job was derived, if any. */
  parent?: { pictureId: string; jobId: string }
  failure?: { code: ErrorCode; details: ErrorDetails[ErrorCode] }
  createdAt: number
  startedAt?: number
  finishedAt?: number
  device?: string
}

/** One queue position: with its job, or hidden if the viewer may not see the job. */
export type QueueEntry = { kind: 'visible'; job: JobView } | { kind: 'hidden'; state: 'queued' | 'running' }

export interface QueueLength {
  running: number
  waiting: number
}

export interface UsageView {
  jobs: number
  pictures: number
  gpuSeconds: number
  /** Undefined if no quota is set. */
  left?: number
  periodHours: number
}

export interface StatsTotals {
  jobs: number
  pictures: number
  failures: number
  gpuSeconds: number
}

export interface StatsRow extends StatsTotals {
  name: string
}

/** A device that paints for this Easel, here or on another machine. */
export interface DeviceView {
  /** A device of another machine is called `machine/device`. */
  name: string
  use: DeviceUse
  /** Absent: no limit. */
  memoryBytes?: number
  /** The models of this Easel that the device's machine has, by hash. */
  models: { name: string; hash: string }[]
  /** The model that its machine fetches now. */
  fetching?: { name: string; doneBytes: number; totalBytes: number }
}

/** `hung`: hangs. `quarantined`: failed, and is tried again. `pausing`: paused, and its last job still runs. */
export type DeviceUse = 'free' | 'busy' | 'hung' | 'quarantined' | 'stopped' | 'paused' | 'pausing'

/** Admin statistics over a period, from the jobs' own records. */
export interface StatsView {
  fromMs: number
  toMs: number
  jobs: number
  pictures: number
  people: number
  failures: number
  cancelled: number
  gpuSeconds: number
  waitMs: { p50: number; p95: number }
  runMs: { p50: number; p95: number }
  byPerson: StatsRow[]
  byModel: StatsRow[]
  /** Upscales use no model; with `byModel` they are all jobs. */
  upscales: StatsTotals
  byDevice: StatsRow[]
  /** The current devices. Absent if the viewer sees one space only, or if no server is queried. */
  devices?: DeviceView[]
  /** Equal slices of the period, oldest first. */
  timeline: { fromMs: number; jobs: number; failures: number }[]
}

export interface ModelView {
  name: string
  hash: string
  hasRefiner: boolean
  isDefault: boolean
  defaultSize: { widthPx: number; heightPx: number }
  /** Sides must be multiples of this. */
  sizeStepPx: number
  defaultSampler: string
  defaultSteps: number
  defaultGuidance: number
  note?: string
}

/** A person's own defaults; every key may be absent. */
export interface PersonSettings {
  model?: string
  size?: { widthPx: number; heightPx: number }
  count?: number
  negative?: string
  refine?: boolean
  /** Whether a notice follows each finished picture; absent: as configured. */
  notify?: boolean
}
