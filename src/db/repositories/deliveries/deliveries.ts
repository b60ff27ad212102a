/** The deliveries table: where jobs are shown, to whom, and the outcome of each delivery. */
import { and, eq, inArray } from 'drizzle-orm'
import type { JobState } from '../../../engine/jobs/job.ts'
import type { QueryBuilder } from '../../client.ts'
import type { IdentityRow } from '../../records/identity-columns.ts'
import { deliveries, outbox } from '../../schema/deliveries.ts'
import { jobs } from '../../schema/jobs.ts'
import {
  conversation,
  type Identity,
  platform,
  type Refusal,
  refusals,
  type StoredConversation,
} from '../documents.ts'
import { prepareStatements, selectDeliveries } from './delivery-statements.ts'
import type { OutboxEntry } from './outbox.ts'

type MethodName = NonNullable<typeof deliveries.$inferSelect.method>
export type DeliveryEnd = NonNullable<typeof deliveries.$inferSelect.end>

export interface DeliveryRecord {
  id: string
  jobId: string
  platform: Identity['platform']
  recipient: Identity
  /** Undefined: the job's own conversation. */
  conversation?: StoredConversation
  address?: string
  method?: MethodName
  end?: DeliveryEnd
  refusals: Refusal[]
  /** Its author removed the job. */
  isJobRemoved: boolean
}

/** A delivery with its oldest entry in the outbox. */
export interface DeliveryTurn {
  record: DeliveryRecord
  jobState: JobState
  entry: OutboxEntry | undefined
}

export interface NewDelivery {
  id: string
  jobId: string
  platform: string
  /** The person that the delivery is for. */
  personId: number
  conversation?: StoredConversation
}

export class DeliveriesTable {
  readonly #query: QueryBuilder
  readonly #statements: ReturnType<typeof prepareStatements>

  constructor(query: QueryBuilder) {
    this.#query = query
    this.#statements = prepareStatements(query)
  }

  add(delivery: NewDelivery): void {
    this.#statements.add.run({ ...delivery, conversation: delivery.conversation ?? null })
  }

  get(id: string): DeliveryRecord | undefined {
    const row = this.#statements.delivery.get({ id })
    return row && toRecord(row)
  }

  turnOf(id: string): DeliveryTurn | undefined {
    const row = this.#statements.turn.get({ id })
    return row && { record: toRecord(row), jobState: row.jobState, entry: row.entry ?? undefined }
  }

  /** All deliveries of a job, that to its own conversation first. */
  ofJob(jobId: string): DeliveryRecord[] {
    return selectDeliveries(this.#query)
      .where(eq(deliveries.jobId, jobId))
      .all()
      .map(toRecord)
      .sort((a, b) => Number(b.id === jobId) - Number(a.id === jobId))
  }

  platformOf(id: string): string | undefined {
    return this.#statements.platform.get({ id })?.platform
  }

  /** The address of the message in the job's own conversation. */
  addressOf(jobId: string): string | undefined {
    return this.#statements.address.get({ id: jobId })?.address ?? undefined
  }

  setAddress(id: string, address: string): void {
    this.#statements.setAddress.run({ id, address })
  }

  /** Records that the result is shown there, with the method of its delivery. */
  arrive(
    id: string,
    { address, method, refusals }: { address: string; method: MethodName; refusals: readonly Refusal[] },
    endedAt: number,
  ): void {
    this.#statements.arrive.run({ id, address, method, refusals, endedAt })
  }

  setEnd(
    id: string,
    end: Exclude<DeliveryEnd, 'arrived'>,
    refusals: readonly Refusal[],
    endedAt: number,
  ): void {
    this.#query
      .update(deliveries)
      .set({ end, refusals: [...refusals], endedAt })
      .where(eq(deliveries.id, id))
      .run()
  }

  /** Finished jobs of a person that are shown nowhere, oldest first. */
  undelivered(personIds: readonly number[]): DeliveryRecord[] {
    return this.#statements.undelivered.all({ personIds: JSON.stringify(personIds) }).map(toRecord)
  }

  /** The undelivered jobs that were given up since the person's last request. */
  newlyUndelivered(personIds: readonly number[]): DeliveryRecord[] {
    return this.#statements.newlyUndelivered.all({ personIds: JSON.stringify(personIds) }).map(toRecord)
  }

  /** Records that an undelivered job was shown to its author later. */
  recordShownLater(jobId: string): void {
    this.#query
      .update(deliveries)
      .set({ end: 'arrived' })
      .where(and(eq(deliveries.id, jobId), eq(deliveries.end, 'undeliverable')))
      .run()
  }

  /** Unconfirmed deletions of one job or of all jobs of a person. */
  beingDeleted(
    of: { jobId: string } | { personIds: readonly number[] },
  ): { id: string; isKept: boolean; refusals: Refusal[] }[] {
    const which = 'jobId' in of ? eq(deliveries.jobId, of.jobId) : inArray(jobs.personId, [...of.personIds])
    return this.#query
      .selectDistinct({ id: deliveries.id, end: deliveries.end, refusals: deliveries.refusals })
      .from(deliveries)
      .innerJoin(jobs, eq(jobs.id, deliveries.jobId))
      .innerJoin(outbox, eq(outbox.deliveryId, deliveries.id))
      .where(and(which, inArray(outbox.kind, ['withdraw', 'erase'])))
      .all()
      .map(row => {
        const isKept = row.end === 'kept'
        return { id: row.id, isKept, refusals: isKept ? refusals.parse(row.refusals) : [] }
      })
  }
}

interface DeliveryRow {
  delivery: typeof deliveries.$inferSelect
  recipient: IdentityRow
  jobRemovedAt: number | null
}

function toRecord({ delivery, recipient, jobRemovedAt }: DeliveryRow): DeliveryRecord {
  const { spaceId, userId, name } = recipient
  return {
    id: delivery.id,
    jobId: delivery.jobId,
    platform: platform.parse(delivery.platform),
    recipient: { platform: platform.parse(recipient.platform), spaceId, userId, name },
    ...(delivery.conversation === null ? {} : { conversation: conversation.parse(delivery.conversation) }),
    ...(delivery.address === null ? {} : { address: delivery.address }),
    ...(delivery.method === null ? {} : { method: delivery.method }),
    ...(delivery.end === null ? {} : { end: delivery.end }),
    refusals: refusals.parse(delivery.refusals),
    isJobRemoved: jobRemovedAt !== null,
  }
}
