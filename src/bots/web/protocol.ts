/** What the page's script and the server say to each other, as JSON. Types alone: both sides read them. */

/** A job as a browser shows it; the same whether it comes with the page or live. */
export interface JobFragment {
  jobId: string
  threadId: string
  state: string
  /** Changes exactly when what is shown changes. */
  version: string
  title: string
  /** Markup of the card, for the job that began the thread. */
  card?: string
  /** Markup of the job's place in its thread. */
  reply: string
}

/** `/feed`: everything that the page shows, oldest first. */
export interface FeedReply {
  fragments: JobFragment[]
  hasEarlier: boolean
}

/** To a form that the script sent. `said` is shown above the field. */
export type FormReply =
  | { kind: 'accepted'; said: string[]; jobs: { jobId: string; threadId: string }[] }
  | { kind: 'refused' | 'done'; said: string[] }
  /** Markup for the dialog. */
  | { kind: 'answer'; html: string }

/** Events of `/live`, by name. */
export interface LiveEvents {
  /** Ids and versions of all that should be on the page. */
  sync: [jobId: string, version: string][]
  job: JobFragment
  /** The id of a job that was deleted. */
  gone: string
}
