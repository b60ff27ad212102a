/** The facade of Easel for adapters, implemented in app/ and built by the composition root. */
import type { FileKind } from '../engine/models/file-record.ts'
import type { Viewer } from './access/access.ts'
import type { DeletionStatus, DeliveryNotices, DeliveryStatus } from './delivery/delivery-status.ts'
import type { Caller, Person } from './people/people.ts'
import type { Problem } from './problems.ts'
import type { Action, ImagineRequest } from './requests.ts'
import type { ForeignPicture } from './views/foreign-picture.ts'
import type {
  JobView,
  ModelView,
  PersonSettings,
  PictureView,
  QueueEntry,
  QueueLength,
  StatsView,
  UsageView,
} from './views/views.ts'

export type { FileKind }

/** `notices` are things that were changed and named (a value clamped, a word ignored). */
export type ImagineOutcome =
  | { kind: 'accepted'; jobs: JobView[]; notices: Problem[] }
  | { kind: 'duplicate'; jobs: JobView[] }
  | { kind: 'refused'; problems: Problem[] }
  /** The prompt expands to several jobs; ask again with `confirmed` once the person agreed. */
  | { kind: 'confirm'; prompts: string[] }

export type ActOutcome =
  | ImagineOutcome
  /** Info. */
  | { kind: 'info'; job: JobView; picture: PictureView }
  | { kind: 'cancelled'; job: JobView }
  | { kind: 'deleted'; job: JobView }

/** `document` as JSON has it; `none` also where it waited too long. */
export type Pending = { kind: 'found'; document: unknown } | { kind: 'not-yours' } | { kind: 'none' }

/** Refused where one of the defaults could never be used. */
export type SettingsOutcome = { kind: 'saved' } | { kind: 'refused'; problems: Problem[] }

/**
 * `shown`: it is on its way as that delivery. `refused` in the same words for what is not there and for what this viewer
 * may not see.
 */
export type ShowOutcome =
  | { kind: 'shown'; job: JobView; deliveryId: string }
  | { kind: 'refused'; problems: Problem[] }

export interface ForgetOutcome {
  /** Requests that were there. */
  count: number
  /** For `deletionStatus`. */
  jobIds: string[]
}

/**
 * Every read of a job or a picture names its viewer; what they may not see is answered as if it were not there
 * (app/access.ts has the rule).
 */
export interface Easel {
  imagine(request: ImagineRequest, caller: Caller, options?: { confirmed?: boolean }): Promise<ImagineOutcome>
  act(action: Action, caller: Caller): Promise<ActOutcome>
  /** Why the caller may not delete the job, before they are asked whether they want to. */
  deletionProblem(jobId: string, caller: Caller): Problem | undefined

  job(jobId: string, viewer: Viewer): JobView | undefined
  /** By picture id, with the job that made it. */
  picture(pictureId: string, viewer: Viewer): { picture: PictureView; job: JobView } | undefined
  /** By the sha256 of a file that came back to us, or the part of it that a file's name holds. */
  pictureByHash(hash: string, viewer: Viewer): { picture: PictureView; job: JobView } | undefined
  pictureBytes(pictureId: string, viewer: Viewer): Promise<Uint8Array | undefined>
  /** What another program wrote into a file; nothing of what Easel wrote. */
  foreignPicture(bytes: Uint8Array): Promise<ForeignPicture>
  /** A past result, by a picture's id or a job's, on its way to where the caller is. From now on it may also be seen where the caller brought it. */
  show(id: string, caller: Caller): Promise<ShowOutcome>
  /** What was made in the viewer's channel, newest last. */
  jobsHere(viewer: Viewer, limit: number): JobView[]
  /** The first of what runs and waits, in serving order; what the viewer may not see is a place without words. */
  queue(viewer: Viewer, limit: number): QueueEntry[]
  /** The first of a person's own running and queued jobs, in serving order, and how many there are. */
  ownQueue(person: Person, limit: number): { jobs: JobView[]; count: number }
  /** A person's own finished jobs, newest first, wherever they asked for them. */
  ownDone(person: Person, limit: number): JobView[]
  /** How much runs and waits: for everybody. */
  queueLength(): QueueLength
  /** How a delivery is getting on, after it ended or `timeoutMs` passed. */
  deliveryStatus(deliveryId: string, viewer: Viewer, timeoutMs: number): Promise<DeliveryStatus>
  /** How the deletion of jobs that were deleted is getting on, after it ended or `timeoutMs` passed. */
  deletionStatus(jobIds: readonly string[], timeoutMs: number): Promise<DeletionStatus>
  /** What a person should know of deliveries and deletions. */
  notices(person: Person): DeliveryNotices

  models(): ModelView[]
  samplers(): string[]
  /** The schedules that most samplers can go through. */
  schedules(): string[]
  styles(): string[]
  /** Names of what goes with models: ControlNets, IP-Adapters … */
  fileNames(kind: FileKind): string[]
  settings(person: Person): PersonSettings
  saveSettings(person: Person, settings: PersonSettings): Promise<SettingsOutcome>
  usage(person: Person): UsageView
  /** Whether `stats` has figures for this viewer. */
  seesStats(viewer: Viewer): boolean
  /** Of the caller's space for its admins, of everything for those whom the configuration names. */
  stats(
    period: { fromMs: number; toMs: number },
    caller: Caller,
  ): { kind: 'stats'; stats: StatsView } | { kind: 'refused'; problems: Problem[] }
  /** Keeps what waits for this person's answer over restarts, for a week at most, as JSON. */
  savePending(id: string, person: Person, document: unknown): Promise<void>
  /** What waits for this person's answer; that something of another's waits under that id, and no more. */
  pending(id: string, person: Person): Pending
  /** Removes a person's prompts and pictures. */
  forget(person: Person): Promise<ForgetOutcome>

  /** Calls `onChange` after every change of a job that this viewer may see (place, step, preview, state). */
  watch(viewer: Viewer, onChange: (job: JobView) => void): () => void
  /** Calls `onChange` after every change, without a word of what changed. */
  watchQueueLength(onChange: () => void): () => void
}
