/** The facade of Easel for adapters, implemented in app/ and built by the composition root. */
import type { AddOnKind } from '../engine/models/file-record.ts'
import type { Viewer } from './access/access-rules.ts'
import type { DeletionStatus, DeliveryNotices, DeliveryStatus } from './delivery/delivery-status.ts'
import type { EphemeralReply } from './delivery/ephemeral-replies.ts'
import type { Caller, Person } from './people/people.ts'
import type { Problem } from './problems.ts'
import type { Action, ImagineRequest } from './requests.ts'
import type { ForeignPicture } from './views/foreign-picture.ts'
import type { ThumbnailSidePx } from './views/thumbnails.ts'
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

export type { AddOnKind }

/**
 * `notices` report changes to the request, such as a fitted size or an ignored word; `undelivered` the person's earlier results
 * that reached no conversation and were not reported yet.
 */
export type ImagineOutcome =
  | {
      kind: 'accepted'
      jobs: JobView[]
      notices: Problem[]
      undelivered: DeliveryNotices['undelivered']
    }
  | { kind: 'duplicate'; jobs: JobView[] }
  | { kind: 'refused'; problems: Problem[] }
  /** The prompt expands to several jobs. Call again with `confirmed` once the person has agreed. */
  | { kind: 'confirm'; prompts: string[] }

export type ActOutcome =
  | ImagineOutcome
  /** Info. */
  | { kind: 'info'; job: JobView; picture: PictureView }
  | { kind: 'cancelled'; job: JobView }
  /** `undeletableReplies`: replies to one person that show the job and can no longer be deleted. */
  | { kind: 'deleted'; job: JobView; undeletableReplies: number }

/** The initial words of the Remix form. */
export interface RemixStart {
  prompt: string
  prompt2?: string
  /** Empty if there is none. */
  negative: string
}

/** A document that must be plain JSON, and files that belong to it. */
export interface NewPending {
  id: string
  person: Person
  document: unknown
  files?: readonly Uint8Array[]
}

/** `document` is plain JSON. `none` also if it has expired. */
export type Pending = { kind: 'found'; document: unknown } | { kind: 'not-yours' } | { kind: 'none' }

/** The defaults are refused if one of them could never be used. */
export type SettingsOutcome = { kind: 'saved' } | { kind: 'refused'; problems: Problem[] }

/**
 * `shown`: the delivery with that id has begun. `refused` is the same for an unknown id and for a result that the viewer
 * may not see.
 */
export type ShowOutcome =
  | { kind: 'shown'; job: JobView; deliveryId: string }
  | { kind: 'refused'; problems: Problem[] }

export interface ForgetOutcome {
  /** The number of requests that were removed. */
  count: number
  /** The jobs for a call of `deletionStatus`. */
  jobIds: string[]
  /** The number of replies to one person that show removed texts and can no longer be deleted. */
  undeletableReplies: number
}

/**
 * Every read of a job or a picture names a viewer. What the viewer may not see is treated as missing
 * (app/access/access-rules.ts has the rule).
 */
export interface Easel {
  imagine(request: ImagineRequest, caller: Caller, options?: { confirmed?: boolean }): Promise<ImagineOutcome>
  act(action: Action, caller: Caller): Promise<ActOutcome>
  /** Cancels a job whose conversation refuses the bot. It uses nothing of the quota, even if it was being painted. */
  cancelUnopened(jobId: string, caller: Caller): Promise<ActOutcome>
  /** The reason why the caller may not delete the job, for use before the confirmation. */
  deletionProblem(jobId: string, caller: Caller): Problem | undefined

  job(jobId: string, viewer: Viewer): JobView | undefined
  /** The picture with that id, with the job that made it. */
  picture(pictureId: string, viewer: Viewer): { picture: PictureView; job: JobView } | undefined
  /** The prompts of a picture, which a remix replaces. */
  remixStart(pictureId: string, viewer: Viewer): RemixStart | undefined
  /** The picture whose file has that sha256, or that prefix of it in its name. */
  pictureByHash(hash: string, viewer: Viewer): { picture: PictureView; job: JobView } | undefined
  pictureBytes(pictureId: string, viewer: Viewer): Promise<Uint8Array | undefined>
  /** The picture's bytes as a stream, which keeps a small part of them in memory, however slowly it is read. */
  pictureStream(pictureId: string, viewer: Viewer): Promise<ReadableStream<Uint8Array> | undefined>
  /** The picture as a small WebP without parameters, of at most so many pixels on its longest side. */
  thumbnail(pictureId: string, sidePx: ThumbnailSidePx, viewer: Viewer): Promise<Uint8Array | undefined>
  /** The parameters that another program wrote into a file. Easel's own records are not read from files. */
  foreignPicture(bytes: Uint8Array): Promise<ForeignPicture>
  /**
   * Delivers a past result, by the id of a picture or a job, to the caller's conversation. From then on it is visible to
   * the readers of that conversation, too.
   */
  show(id: string, caller: Caller): Promise<ShowOutcome>
  /** The latest jobs of the viewer's channel, newest last. */
  jobsHere(viewer: Viewer, limit: number): JobView[]
  /** The first running and queued jobs, in serving order. A job that the viewer may not see is a `hidden` entry. */
  queue(viewer: Viewer, limit: number): QueueEntry[]
  /** The first of a person's own running and queued jobs, in serving order, and how many there are. */
  ownQueue(person: Person, limit: number): { jobs: JobView[]; count: number }
  /** A person's own finished jobs from all conversations, newest first. */
  ownDone(person: Person, limit: number): JobView[]
  /** The number of running and queued jobs of all people. */
  queueLength(): QueueLength
  /** The state of a delivery, once it has ended or `timeoutMs` has passed. */
  deliveryStatus(deliveryId: string, viewer: Viewer, timeoutMs: number): Promise<DeliveryStatus>
  /** The state of the deletion of these jobs' messages, once it has ended or `timeoutMs` has passed. */
  deletionStatus(jobIds: readonly string[], timeoutMs: number): Promise<DeletionStatus>
  /**
   * Records a reply that one person alone sees, so that it is deleted with the jobs whose texts it shows. False if one of them was
   * removed meanwhile: the adapter then does not send the reply, or deletes it at once.
   */
  recordReply(reply: EphemeralReply): Promise<boolean>
  /** The notices for a person on deliveries and deletions. */
  notices(person: Person): DeliveryNotices

  models(): ModelView[]
  samplers(): string[]
  /** The schedules that most samplers support. */
  schedules(): string[]
  styles(): string[]
  /** The names of files that are used with models: ControlNets, IP-Adapters and so on. */
  fileNames(kind: AddOnKind): string[]
  settings(person: Person): PersonSettings
  saveSettings(person: Person, settings: PersonSettings): Promise<SettingsOutcome>
  /** Whether the person is notified of finished pictures. */
  setNotify(person: Person, isOn: boolean): Promise<void>
  usage(person: Person): UsageView
  /** Whether `stats` has figures for this viewer. */
  seesStats(viewer: Viewer): boolean
  /** Statistics of the caller's space for its admins; of all spaces for people whom the configuration names. */
  stats(
    period: { fromMs: number; toMs: number },
    caller: Caller,
  ): { kind: 'stats'; stats: StatsView } | { kind: 'refused'; problems: Problem[] }
  /** Stores a document and its files until the person answers, for a week at most, also across restarts. */
  savePending(pending: NewPending): Promise<void>
  /** The stored document if it is this person's. Of another person's document, only its existence is reported. */
  pending(id: string, person: Person): Pending
  /** The files of this person's document, in their order; undefined if there is none, or a file is missing. */
  pendingFiles(id: string, person: Person): Promise<Uint8Array[] | undefined>
  /** Removes a person's prompts and pictures. */
  forget(person: Person): Promise<ForgetOutcome>

  /**
   * Calls `onChange` after every change of a visible job: position, step, preview or state, and `onGone` after its removal.
   */
  watch(viewer: Viewer, onChange: (job: JobView) => void, onGone?: (jobId: string) => void): () => void
  /** Calls `onChange` after every change of the queue, without details. */
  watchQueueLength(onChange: () => void): () => void
}
