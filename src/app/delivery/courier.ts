/** The courier interface, with which app/ shows jobs on a chat platform: ways of delivery, and deletion of posted objects. */
import type { Made, StepRecord } from '../../db/repositories/delivery-steps.ts'
import type { Refusal, refusalReasons, wayNames } from '../../db/repositories/documents.ts'
import type { Person, Platform } from '../people/people.ts'
import type { JobView } from '../views/views.ts'

export type { Made, Refusal, StepRecord }

/** Where the message is that shows a job: JSON that only its courier understands. */
export type Address = string

export type WayName = (typeof wayNames)[number]
export type RefusalReason = (typeof refusalReasons)[number]

/** The platform said no; trying the same again would change nothing. */
export interface Closed {
  kind: 'closed'
  reason: RefusalReason
  /** The platform's own word for it, for operators. */
  code: string
}

/** `later`: nothing is wrong, the platform takes its time. */
export type WayOutcome = { kind: 'arrived'; address: Address } | Closed | { kind: 'later'; afterMs: number }

/** One way to deliver a job to a person. It throws a retryable fault when waiting may help. */
export interface Way {
  readonly name: WayName
  /** `before`: why those that come before it are closed. */
  take(before: readonly Refusal[]): Promise<WayOutcome>
}

/** What a step left on the platform. */
type Done = { kind: 'done'; value: string }
type Refused = { kind: 'refused' }

export interface StepOptions {
  /** What stands on the platform from then on; undefined where nothing does. */
  makes?: Made
  /** Looks for the work of an earlier try of which no answer came; undefined: it is not there, or nobody can tell. */
  find?(sinceMs: number): Promise<string | undefined>
}

/** The steps of one delivery, recorded durably: what succeeded is never repeated, not after a crash either. */
export interface Steps {
  /** What a step left, once it is done. */
  value(name: string): string | undefined
  /** Begun or done, in that order. */
  all(): readonly StepRecord[]
  /**
   * Runs `make`, unless the step is done. `make` calls `begin` just before it sends a request with an effect. An exception
   * of `make` is passed on, and the next try first looks for its effect.
   */
  once<R extends Refused = never>(
    name: string,
    make: (begin: () => Promise<void>) => Promise<Done | R>,
    options?: StepOptions,
  ): Promise<Done | R>
  /** What it made is no more. */
  forget(name: string): Promise<void>
}

/** The jobs of one request, as far as they were not removed: one card, one thread, one notice. */
export interface FanOut {
  /** Its steps `card`, `thread` and `told` are those of all. */
  leads: boolean
  /** In the order of the request. */
  members: readonly { job: JobView; result?: DeliveryResult; address?: Address }[]
  /** What the lead's steps left, where this one does not lead. */
  card?: string
  thread?: string
}

/** A job on its way to somebody. `job.conversation` is where it is to be shown. */
export interface Delivery {
  /** 16 characters; of the job's own conversation it is the job's id. */
  id: string
  job: JobView
  recipient: Person
  /** A past result, shown again elsewhere. */
  isCopy: boolean
  address?: Address
  /** Where the job is shown that this one descends from. */
  parent?: Address
  /** Undefined where the job was asked for alone, and where the courier shows each job by itself. */
  fanOut?: FanOut
  steps: Steps
}

/** How the result arrived, or that it did not; `refusals`: of the ways that were closed. */
export type DeliveryResult = { refusals: readonly Refusal[] } & (
  | { kind: 'arrived'; way: WayName }
  | { kind: 'undeliverable' }
)

/** What an adapter offers for delivery. Every method can be called again after a crash without harm. */
export interface Courier {
  readonly platform: Platform
  /** The least time between two progress edits of one job, in milliseconds. */
  readonly progressIntervalMs: number
  /** Ways to show that a job was accepted, best first; where it lives from then on is the address. */
  openings(delivery: Delivery): readonly Way[]
  /** No opening was possible: the last chance to tell the one who asked. */
  unopened?(delivery: Delivery, refusals: readonly Refusal[]): Promise<void>
  /** Shows place, step and preview at the address. May skip when the platform is busy; never throws for that. */
  progress(delivery: Delivery, at: Address): Promise<void>
  /** Ways to show how a job ended, with its pictures where there are any, best first. */
  results(delivery: Delivery): readonly Way[]
  /**
   * Called when the result arrived or cannot arrive: the card shows the outcome, and no placeholder remains in progress. A
   * refusal is retried a few times. It throws a retryable fault when waiting may help.
   */
  close(delivery: Delivery, result: DeliveryResult): Promise<Closed | undefined>
  /** The steps of a removed delivery that others of its fan-out go on using. Without it each job is shown by itself. */
  shared?(delivery: Delivery): readonly string[]
  /** Brings the card of a fan-out up to date; called for the delivery that leads. Fails as `close` does. */
  showFanOut?(delivery: Delivery): Promise<Closed | undefined>
  /**
   * Tells the one who waits that the job has ended where its result is: a message of its own, a step of the delivery,
   * never made twice. What the platform refuses is left at that. It may throw a retryable fault.
   */
  tell?(delivery: Delivery): Promise<void>
  /** Deletes the object of a step, also of one that only began, if it can be found. It may throw a retryable fault. */
  remove(delivery: Delivery, step: StepRecord): Promise<{ kind: 'removed' } | Closed>
}
