/** What a modal carries from its opening to its submission, signed: a form that we did not open opens nothing. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const pictureSource = z.discriminatedUnion('kind', [
  /** Ours; one of several where the person may choose. */
  z.object({ kind: z.literal('stored'), pictureIds: z.array(z.string()).min(1).max(4) }),
  /** A file on Slack, fetched when the form comes back; one of several where the person may choose. */
  z.object({
    kind: z.literal('file'),
    fileId: z.string(),
    otherIds: z.array(z.string()).max(3).optional(),
  }),
])
export type PictureSource = z.infer<typeof pictureSource>

/** Ids of pictures or of files, the first first. */
export function idsIn(source: PictureSource | undefined): string[] {
  if (source === undefined) return []
  return source.kind === 'stored' ? source.pictureIds : [source.fileId, ...(source.otherIds ?? [])]
}

const schema = z.object({
  channel: z.string(),
  thread: z.string().optional(),
  /** Remix: the picture that is painted anew. */
  remixOf: z.string().optional(),
  source: pictureSource.optional(),
})
export type FormOrigin = z.infer<typeof schema>

/** 128 bits of HMAC-SHA256: as good as unguessable, and private_metadata holds no more than 3,000 characters. */
const macBytes = 16

export function writeMetadata(secret: string, origin: FormOrigin): string {
  const json = JSON.stringify(origin)
  return `${macOf(secret, json).toString('base64url')}.${json}`
}

/** Undefined for anything that was not written with this secret. */
export function readMetadata(secret: string, metadata: string): FormOrigin | undefined {
  const dot = metadata.indexOf('.')
  const json = metadata.slice(dot + 1)
  const mac = Buffer.from(metadata.slice(0, Math.max(0, dot)), 'base64url')
  const expected = macOf(secret, json)
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) return undefined
  return schema.parse(JSON.parse(json))
}

function macOf(secret: string, json: string): Buffer {
  return createHmac('sha256', secret).update(`easel form ${json}`).digest().subarray(0, macBytes)
}
