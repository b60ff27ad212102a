/** Bodies that make or change a message: lengths, counts, flags, file references (developers/resources/message). */
import { z } from 'zod'
import { broken } from './check.ts'
import { checkTree, components, filesShown } from './components.ts'

export const flag = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  componentsV2: 1 << 15,
} as const

const embed = z.strictObject({
  title: z.string().max(256).optional(),
  type: z.literal('rich').optional(),
  description: z.string().max(4096).optional(),
  url: z.string().max(2048).optional(),
  timestamp: z.string().optional(),
  color: z.int().min(0).max(0xffffff).optional(),
  footer: z
    .strictObject({ text: z.string().min(1).max(2048), icon_url: z.string().max(2048).optional() })
    .optional(),
  image: z.strictObject({ url: z.string().max(2048) }).optional(),
  thumbnail: z.strictObject({ url: z.string().max(2048) }).optional(),
  author: z
    .strictObject({
      name: z.string().min(1).max(256),
      url: z.string().max(2048).optional(),
      icon_url: z.string().max(2048).optional(),
    })
    .optional(),
  fields: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(256),
        value: z.string().min(1).max(1024),
        inline: z.boolean().optional(),
      }),
    )
    .max(25)
    .optional(),
})
export type Embed = z.infer<typeof embed>

export const allowedMentions = z
  .strictObject({
    parse: z.array(z.enum(['roles', 'users', 'everyone'])).optional(),
    roles: z.array(z.string()).max(100).optional(),
    users: z.array(z.string()).max(100).optional(),
    replied_user: z.boolean().optional(),
  })
  .superRefine((allowed, context) => {
    if (allowed.parse?.includes('users') && (allowed.users?.length ?? 0) > 0)
      broken(
        context,
        ['parse'],
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        'parse and users exclude each other.',
      )
    if (allowed.parse?.includes('roles') && (allowed.roles?.length ?? 0) > 0)
      broken(
        context,
        ['parse'],
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        'parse and roles exclude each other.',
      )
  })
export type AllowedMentions = z.infer<typeof allowedMentions>

/** `id` is the index of a file in this request, or the id of an attachment that stays. */
const attachment = z.strictObject({
  id: z.union([z.string(), z.int().min(0)]),
  filename: z.string().min(1).max(1024).optional(),
  title: z.string().max(1024).optional(),
  description: z.string().max(1024).nullish(),
  is_spoiler: z.boolean().optional(),
  content_type: z.string().optional(),
})
export type AttachmentEntry = z.infer<typeof attachment>

/** What every message body may hold. `null` clears, as in Discord's edits. */
const shared = {
  content: z.string().max(2000).nullish(),
  embeds: z.array(embed).max(10).nullish(),
  allowed_mentions: allowedMentions.nullish(),
  components: components.nullish(),
  attachments: z.array(attachment).max(10).nullish(),
  flags: z.int().min(0).nullish(),
  /** Sent by discord.js with every message, and without effect where they have none. */
  tts: z.literal(false).optional(),
  enforce_nonce: z.boolean().optional(),
}

const posted = z.strictObject({
  ...shared,
  nonce: z.union([z.string().max(25), z.int()]).optional(),
  message_reference: z
    .strictObject({
      type: z.literal(0).optional(),
      message_id: z.string(),
      channel_id: z.string().optional(),
      guild_id: z.string().optional(),
      fail_if_not_exists: z.boolean().optional(),
    })
    .optional(),
  sticker_ids: z.array(z.string()).max(3).optional(),
})

/** POST /channels/…/messages. */
export const newMessage = posted.superRefine((body, context) =>
  checkBody(body, flag.suppressEmbeds | flag.suppressNotifications | flag.componentsV2, context),
)

/** PATCH of a message, by the bot or by an interaction's token; the V2 flag stays once it is set. */
export const changedMessage = (wasV2: boolean) =>
  z.strictObject(shared).superRefine((body, context) => {
    const isV2 = wasV2 || ((body.flags ?? 0) & flag.componentsV2) !== 0
    checkBody(
      { ...body, flags: (body.flags ?? 0) | (isV2 ? flag.componentsV2 : 0) },
      flag.suppressEmbeds | flag.componentsV2,
      context,
    )
  })

/** A follow-up by an interaction's token, and the data of a callback that answers with a message. */
export const interactionMessage = z
  .strictObject(shared)
  .superRefine((body, context) =>
    checkBody(
      body,
      flag.suppressEmbeds | flag.ephemeral | flag.suppressNotifications | flag.componentsV2,
      context,
    ),
  )

export type MessageBody = z.infer<typeof posted>
export type SharedBody = Pick<MessageBody, keyof typeof shared>

function checkBody(body: SharedBody, allowedFlags: number, context: z.RefinementCtx): void {
  const flags = body.flags ?? 0
  if ((flags & ~allowedFlags) !== 0)
    broken(context, ['flags'], 'BITFIELD_INVALID', `Flags ${flags & ~allowedFlags} may not be set here.`)
  const isV2 = (flags & flag.componentsV2) !== 0
  if (isV2 && (body.content || (body.embeds?.length ?? 0) > 0))
    broken(
      context,
      [body.content ? 'content' : 'embeds'],
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      'content and embeds cannot be used with IS_COMPONENTS_V2.',
    )
  const characters = (body.embeds ?? []).reduce((sum, each) => sum + embedCharacters(each), 0)
  if (characters > 6000)
    broken(
      context,
      ['embeds'],
      'MAX_EMBED_SIZE_EXCEEDED',
      `${characters} characters in embeds, at most 6000.`,
    )
  if (body.components) checkTree(body.components, isV2, context)
}

function embedCharacters(e: Embed): number {
  const fields = (e.fields ?? []).reduce((sum, field) => sum + field.name.length + field.value.length, 0)
  const parts = [e.title, e.description, e.footer?.text, e.author?.name]
  return fields + parts.reduce((sum, part) => sum + (part?.length ?? 0), 0)
}

/** Names of files that a body shows by `attachment://`, in components and embeds. */
export function filesReferenced(body: SharedBody): string[] {
  const urls = (body.embeds ?? []).flatMap(e => [e.image?.url, e.thumbnail?.url])
  const inEmbeds = urls.flatMap(url => (url?.startsWith('attachment://') ? [url.slice(13)] : []))
  return [...filesShown(body.components ?? []), ...inEmbeds]
}
