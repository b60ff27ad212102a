/** The signed metadata of a modal, from its opening to its submission. A form that Easel did not open is refused. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'

const pictureSource = z.discriminatedUnion('kind', [
  /** Our pictures; with several, the person chooses one. */
  z.object({ kind: z.literal('stored'), pictureIds: z.array(z.string()).min(1).max(4) }),
  /** Files on Slack, downloaded at the submission; with several, the person chooses one. */
  z.object({
    kind: z.literal('file'),
    fileId: z.string(),
    otherIds: z.array(z.string()).max(3).optional(),
  }),
])
export type PictureSource = z.infer<typeof pictureSource>

/** The ids of pictures or files, in order. */
export function idsIn(source: PictureSource | undefined): string[] {
  if (source === undefined) return []
  return source.kind === 'stored' ? source.pictureIds : [source.fileId, ...(source.otherIds ?? [])]
}

const schema = z.object({
  channel: z.string(),
  thread: z.string().optional(),
  /** Remix: the picture to remix. */
  remixOf: z.string().optional(),
  source: pictureSource.optional(),
})
export type FormOrigin = z.infer<typeof schema>

/** 128 bits of HMAC-SHA256 are unguessable, and private_metadata has at most 3,000 characters. */
const macBytes = 16

export function writeMetadata(secret: string, origin: FormOrigin): string {
  const json = JSON.stringify(origin)
  return `${macOf(secret, json).toString('base64url')}.${json}`
}

/** The origin in a form's metadata; undefined for metadata that was not signed with this secret. */
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
