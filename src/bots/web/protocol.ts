/** The JSON protocol between the page's script and the server. Both sides import these types. */

/** A job's markup for a browser; the same in the page and in the live stream. */
export interface JobFragment {
  jobId: string
  threadId: string
  state: string
  /** A version that changes exactly when the markup changes. */
  version: string
  title: string
  /** Markup of the card, for the first job of the thread. */
  card?: string
  /** Markup of the reply in the thread. */
  reply: string
}

/** `/feed`: all jobs of the page, oldest first. */
export interface FeedReply {
  fragments: JobFragment[]
  hasEarlier: boolean
}

/** The reply to a form that the script submitted. `sentences` is shown above the field. */
export type FormReply =
  | { kind: 'accepted'; sentences: string[]; jobs: { jobId: string; threadId: string }[] }
  | { kind: 'refused' | 'done'; sentences: string[] }
  /** Markup for the dialog. */
  | { kind: 'answer'; html: string }

/** Events of `/live`, by name. */
export interface LiveEvents {
  /** Ids and versions of all jobs of the page. */
  sync: [jobId: string, version: string][]
  job: JobFragment
  /** The id of a job that was deleted. */
  gone: string
}

/** An event of the stream with its data as JSON, or a broken connection, which has none. */
export interface StreamEvent {
  readonly name: keyof LiveEvents | 'lost'
  readonly data: string
}

/** A message from a page to the worker that holds the live stream; `url` is the stream's. */
export type LiveStreamMessage = { kind: 'join'; url: string } | { kind: 'leave' }

/** The sentences that the page carries for its script, as data attributes of its body. */
export const scriptSentences = [
  'done',
  'offline',
  'notSent',
  'answered',
  'large',
  'largeFile',
  'largeForProxy',
  'fileGone',
  'notPicture',
  'onePicture',
] as const
export type ScriptSentence = (typeof scriptSentences)[number]
