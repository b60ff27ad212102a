/** The whole of Easel as an adapter sees it: one facade, implemented in app/ and built by the composition root. */
import type { Caller, Conversation, Person } from './people.ts'
import type { Problem } from './problems.ts'
import type { Action, ImagineRequest } from './requests.ts'
import type { JobView, ModelView, PersonSettings, PictureView, StatsView, UsageView } from './views.ts'

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

/** Refused where one of the defaults could never be used. */
export type SettingsOutcome = { kind: 'saved' } | { kind: 'refused'; problems: Problem[] }

export interface Easel {
  imagine(request: ImagineRequest, caller: Caller, options?: { confirmed?: boolean }): Promise<ImagineOutcome>
  act(action: Action, caller: Caller): Promise<ActOutcome>

  job(jobId: string): JobView | undefined
  /** By picture id, with the job that made it. */
  picture(pictureId: string): { picture: PictureView; job: JobView } | undefined
  /** By content hash of a file that came back to us. */
  pictureByHash(hash: string): { picture: PictureView; job: JobView } | undefined
  pictureBytes(pictureId: string): Promise<Uint8Array | undefined>
  /** Newest last. */
  jobsIn(conversation: Pick<Conversation, 'platform' | 'spaceId' | 'channelId'>, limit: number): JobView[]
  /** Queued and running jobs in serving order; a person's own when one is named. */
  queue(person?: Person): JobView[]

  models(): ModelView[]
  samplers(): string[]
  styles(): string[]
  settings(person: Person): PersonSettings
  saveSettings(person: Person, settings: PersonSettings): Promise<SettingsOutcome>
  usage(person: Person): UsageView
  /** Refused unless the caller is an admin of the space or configured as one. */
  stats(
    period: { fromMs: number; toMs: number },
    caller: Caller,
  ): { kind: 'stats'; stats: StatsView } | { kind: 'refused'; problems: Problem[] }
  /** Removes a person's prompts and pictures; the count of jobs removed. */
  forget(person: Person): Promise<number>

  /** Calls `onChange` with the job after every change a person could see (place, step, preview, state). */
  watch(onChange: (job: JobView) => void): () => void
}
