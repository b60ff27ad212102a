/**
 * The messages between the main thread and a worker: serialisable, validated on both sides, the same for threads,
 * child processes and machines.
 *
 *   main                          worker
 *   start {setup}            →
 *                            ←    ready {device}  or  broken {fault}, after which it ends
 *   run {runId, order}       →
 *                            ←    waiting …, where a device is shared; loading, step …
 *   cancel {runId}           →    (takes effect between steps, or comes too late)
 *                            ←    done | cancelled | failed, exactly one per run
 *   ping                     →
 *                            ←    pong (at once between runs; within a run, when its step is over)
 *   stop                     →    cancels a run, closes the sessions, ends itself
 */
import { z } from 'zod'
import { lowMemoryLevel } from '../pipeline/low-memory.ts'
import { workOrder } from '../work-order.ts'
import { wireFault } from './fault.ts'

/**
 * Raised when a message changes its meaning. A worker of another version is refused at start. A new optional field needs no new
 * version, because a reader ignores unknown fields.
 */
export const protocolVersion = 2

const bytes = z.custom<Uint8Array>(value => value instanceof Uint8Array)
const count = z.number().int().min(0)
const runId = count

export const messageToWorker = z.discriminatedUnion('kind', [
  /** `setup`: the argument of the worker's opening function, such as device, folders and options. */
  z.object({ kind: z.literal('start'), protocol: z.literal(protocolVersion), setup: z.unknown() }),
  z.object({
    kind: z.literal('run'),
    runId,
    order: workOrder,
    /** Bytes of the pictures that the order names, by id. */
    sources: z.record(z.string(), bytes),
    lowMemoryLevel: lowMemoryLevel.default(0),
  }),
  z.object({ kind: z.literal('cancel'), runId }),
  z.object({ kind: z.literal('ping') }),
  z.object({ kind: z.literal('stop') }),
])

const picture = z.object({
  bytes,
  mediaType: z.string(),
  widthPx: count,
  heightPx: count,
  seed: count,
})

export const messageFromWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), protocol: z.literal(protocolVersion), device: z.string() }),
  z.object({ kind: z.literal('broken'), fault: wireFault }),
  z.object({ kind: z.literal('pong') }),
  z.object({ kind: z.literal('waiting'), runId }),
  z.object({ kind: z.literal('loading'), runId, model: z.string() }),
  z.object({
    kind: z.literal('step'),
    runId,
    step: count,
    steps: count,
    preview: bytes.optional(),
    /** Since the run began, on the worker's monotonic clock. Absent from workers of earlier versions. */
    elapsedMs: count.optional(),
  }),
  z.object({
    kind: z.literal('done'),
    runId,
    pictures: z.array(picture),
    timings: z.record(z.string(), z.number()),
  }),
  z.object({ kind: z.literal('cancelled'), runId }),
  z.object({ kind: z.literal('failed'), runId, fault: wireFault }),
])

export type MessageToWorker = z.output<typeof messageToWorker>
export type MessageFromWorker = z.output<typeof messageFromWorker>
/** What a worker posts: before validation. */
export type PostedFromWorker = z.input<typeof messageFromWorker>
