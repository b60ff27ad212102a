/**
 * A machine's requests for a gateway's models, and the responses. A machine names a model by its hash and a file by its number, so
 * no path from a machine reaches the gateway's disk.
 */
import { z } from 'zod'
import { reference } from '../presence/records.ts'

/** The bytes of one response. Redis holds a few responses at a time. */
export const chunkBytes = 1024 * 1024
/** The maximum number of unanswered requests of a machine. */
export const maxPending = 4

const count = z.number().int().min(0)
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
/** A model's hash. A suffix such as `-int8` names the form of its weights, if that differs from its files. */
const hash = z.string().regex(/^[0-9a-f]{64}(-\w+)?$/)

/** A name that is valid in every models folder: no hidden file, no separator, no parent folder. */
const fileName = z
  .string()
  .max(255)
  .regex(/^(?!\.)[^/\\:\p{Cc}]+$/u)

/** Whether a path may be sent to a machine. */
export function isPortable(path: readonly string[]): boolean {
  return z.array(fileName).safeParse(path).success
}

export const modelRequest = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list') }),
  z.object({ kind: z.literal('describe'), hash }),
  /** The sha256 of a file's first bytes, before the rest is fetched. */
  z.object({ kind: z.literal('checksum'), hash, file: count, bytes: count }),
  z.object({ kind: z.literal('read'), hash, file: count, offset: count }),
])
export type ModelRequest = z.infer<typeof modelRequest>

/** The model's path below a models folder, and the paths of its files below that. The path of a single file is empty. */
const modelDescription = z.object({
  kind: z.literal('model'),
  place: z.array(fileName).min(1),
  files: z.array(z.object({ path: z.array(fileName), bytes: count, sha256 })).min(1),
})

export const modelReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('list'), models: z.array(reference) }),
  modelDescription,
  z.object({ kind: z.literal('checksum'), sha256 }),
  z.object({ kind: z.literal('chunk'), bytes: z.instanceof(Uint8Array) }),
  /** The gateway lacks the model, or cannot read it. */
  z.object({ kind: z.literal('unavailable') }),
])
export type ModelReply = z.infer<typeof modelReply>
