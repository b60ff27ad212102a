/** The courier interface, with which app/ shows jobs on a chat platform: delivery methods, and deletion of posted objects. */
import type { CreatedKind, StepRecord } from '../../db/repositories/deliveries/delivery-steps.ts'
import type { deliveryMethodNames, Refusal, refusalReasons } from '../../db/repositories/documents.ts'
import type { Person, Platform } from '../people/people.ts'
import type { JobView } from '../views/views.ts'

export type { CreatedKind, Refusal, StepRecord }

/** The address of the message that shows a job: JSON that only its courier understands. */
export type Address = string

export type DeliveryMethodName = (typeof deliveryMethodNames)[number]
export type RefusalReason = (typeof refusalReasons)[number]

/** The platform refused, and a retry would be refused as well. */
export interface Closed {
  kind: 'closed'
  reason: RefusalReason
  /** The platform's own error code, for operators. */
  code: string
}

/** `later`: no fault; the platform needs more time. */
export type MethodOutcome =
  | { kind: 'arrived'; address: Address }
  | Closed
  | { kind: 'later'; afterMs: number }

/** One method of delivering a job to a person. It throws a retryable fault if a later try may succeed. */
export interface DeliveryMethod {
  readonly name: DeliveryMethodName
  /** `before`: the refusals of the methods before it. */
  attempt(before: readonly Refusal[]): Promise<MethodOutcome>
}

/** The object that a step created on the platform. */
type Done = { kind: 'done'; value: string }
type RefusedOutcome = { kind: 'refused' }

export interface StepOptions<R extends RefusedOutcome = never> {
  /** The kind of object that the step creates; undefined if it creates none. */
  makes?: CreatedKind
  /** Where the object is created: the step's value while it has only begun, so that the object can be found. */
  place?: string
  /**
   * Finds the object of an earlier try without a response; undefined if there is none or if that is unknown. If the platform
   * refuses the search, nothing is created a second time.
   */
  find?(sinceMs: number): Promise<Done | R | undefined>
}

/** The steps of one delivery, stored durably: a step that succeeded is not repeated, not even after a crash. */
export interface Steps {
  /** The object of a step that is done. */
  value(name: string): string | undefined
  /** The steps that have begun or are done, in order. */
  all(): readonly StepRecord[]
  /**
   * Runs `make`, unless the step is done. `make` calls `begin` just before it sends a request with an effect. An exception
   * of `make` is passed on, and the next try first looks for the effect. A try without a response stays recorded as
   * begun if a later one is refused or uses another place.
   */
  once<R extends RefusedOutcome = never>(
    name: string,
    make: (begin: () => Promise<void>) => Promise<Done | R>,
    options?: StepOptions<R>,
  ): Promise<Done | R>
  /** Removes the record of a step whose object no longer exists. */
  forget(name: string): Promise<void>
}

/** The jobs of one request, without removed ones. They share one card, one thread and one notice. */
export interface FanOut {
  /** Whether this delivery leads: its steps `card`, `thread` and `told` belong to all jobs. */
  leads: boolean
  /** The jobs in the order of the request. */
  members: readonly { job: JobView; result?: DeliveryResult; address?: Address }[]
  /** The objects of the leading delivery's steps, if this one does not lead. */
  card?: string
  thread?: string
}

/** The delivery of a job to a person. `job.conversation` is the target conversation. */
export interface Delivery {
  /** 16 characters. The delivery to the job's own conversation has the job's id. */
  id: string
  job: JobView
  recipient: Person
  /** A past result that is shown in another conversation. */
  isCopy: boolean
  address?: Address
  /** The address of the parent job's message. */
  parent?: Address
  /** Undefined for a single job, and if the courier shows each job separately. */
  fanOut?: FanOut
  steps: Steps
}

/** The method by which the result arrived, or that it did not arrive. `refusals`: those of the closed methods. */
export type DeliveryResult = { refusals: readonly Refusal[] } & (
  | { kind: 'arrived'; method: DeliveryMethodName }
  | { kind: 'undeliverable' }
)

/** The delivery interface of an adapter. Every method is idempotent and may be called again after a crash. */
export interface Courier {
  readonly platform: Platform
  /** The minimum time between two progress edits of one job. */
  readonly progressIntervalMs: number
  /** Whether a new message shows the job's state. Otherwise a progress update follows at once. */
  readonly opensWithState: boolean
  /** The methods to show an accepted job, best first. The first one that succeeds gives the address. */
  openingMethods(delivery: Delivery): readonly DeliveryMethod[]
  /** Called if no opening was possible: the last chance to inform the author. */
  onUnopened?(delivery: Delivery, refusals: readonly Refusal[]): Promise<void>
  /** Shows position, step and preview at the address. It may skip an update, and does not throw, if the platform is busy. */
  progress(delivery: Delivery, at: Address): Promise<void>
  /** The methods to show a job's outcome and its pictures, best first. */
  resultMethods(delivery: Delivery): readonly DeliveryMethod[]
  /**
   * Called when the result has arrived or cannot arrive: shows the outcome on the card, and ends the placeholder. A
   * refusal is retried a few times. It throws a retryable fault if a later try may succeed.
   */
  close(delivery: Delivery, result: DeliveryResult): Promise<Closed | undefined>
  /** The steps of a removed delivery that its fan-out still uses. Without this method each job is shown separately. */
  sharedSteps?(delivery: Delivery): readonly string[]
  /** Updates the card of a fan-out; called for the leading delivery. It fails as `close` does. */
  showFanOut?(delivery: Delivery): Promise<Closed | undefined>
  /**
   * Notifies the author that the job has ended, by a separate message next to the result. It is a step of the delivery,
   * so it is never sent twice. A refusal is not retried. It may throw a retryable fault.
   */
  notify?(delivery: Delivery): Promise<void>
  /** Deletes the object of a step; for a step that only began, if it can be found. It may throw a retryable fault. */
  remove(delivery: Delivery, step: StepRecord): Promise<{ kind: 'removed' } | Closed>
}
