/** How a checked body becomes (part of) a message: files, attachments, references, flags, pings. */
import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { everyComponent } from './limits/components.ts'
import { type AttachmentEntry, filesReferenced, flag, type SharedBody } from './limits/messages.ts'
import type { Attachment, Channel, Message } from './records.ts'
import { pingsOf, read } from './rules/markdown.ts'
import { badField, refuse } from './transport/refusal.ts'
import type { World } from './world.ts'

export interface UploadedFile {
  /** n of `files[n]`. */
  index: number
  filename: string
  contentType: string
  bytes: Uint8Array
}

/** 20 MiB a file since September 2026; a test may lower it, as servers' and people's limits differ. */
export const defaultUploadLimitBytes = 20 * 1024 * 1024
const maxAttachments = 10

export async function storeFile(
  world: World,
  file: Pick<UploadedFile, 'filename' | 'contentType' | 'bytes'>,
  description?: string,
): Promise<Attachment> {
  const size = await sharp(file.bytes)
    .metadata()
    .catch(() => undefined)
  return {
    id: world.ids.next(),
    filename: file.filename.replace(/[^\w.-]+/g, '_'),
    description,
    contentType: file.contentType,
    bytes: file.bytes,
    hash: createHash('sha256').update(file.bytes).digest('hex'),
    widthPx: size?.width,
    heightPx: size?.height,
  }
}

/**
 * The attachments a message has after this body: those it keeps and those uploaded with it.
 * Throws 50035 for an entry that names neither, or a shown file that is not there.
 */
export async function attachmentsAfter(
  world: World,
  kept: readonly Attachment[],
  body: SharedBody,
  files: readonly UploadedFile[],
): Promise<Attachment[]> {
  const entries = body.attachments ?? undefined
  const result: Attachment[] = entries === undefined ? [...kept] : []
  const described = new Map<number, AttachmentEntry>()
  for (const [i, entry] of (entries ?? []).entries()) {
    const stays = kept.find(each => each.id === String(entry.id))
    if (stays) result.push({ ...stays, description: entry.description ?? stays.description })
    else if (files.some(file => file.index === Number(entry.id))) described.set(Number(entry.id), entry)
    else throw badField(['attachments', i, 'id'], 'ATTACHMENT_NOT_FOUND', 'Attachment data not found')
  }
  for (const file of files) {
    const entry = described.get(file.index)
    const named = { ...file, filename: entry?.filename ?? file.filename }
    result.push(await storeFile(world, named, entry?.description ?? undefined))
  }
  if (result.length > maxAttachments)
    throw badField(['attachments'], 'BASE_TYPE_BAD_LENGTH', `At most ${maxAttachments} attachments.`)
  const missing = filesReferenced(body).find(name => !result.some(each => each.filename === name))
  if (missing !== undefined)
    throw badField(
      ['components'],
      'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
      `No file ${missing}.`,
    )
  return result
}

/**
 * Writes a body over a message; keys that the body lacks stay as they are. Throws 50006 when a person would see nothing,
 * 200000 for what automatic moderation blocks, and leaves the message as it was.
 */
export function write(message: Message, body: SharedBody, attachments: Attachment[]): void {
  const settable = flag.suppressEmbeds | flag.componentsV2
  const written: Message = {
    ...message,
    content: body.content === undefined ? message.content : (body.content ?? ''),
    embeds: body.embeds === undefined ? message.embeds : (body.embeds ?? []),
    components: body.components === undefined ? message.components : (body.components ?? []),
    attachments,
    flags: (message.flags | ((body.flags ?? 0) & settable)) & ~flag.loading,
  }
  if (isEmpty(written)) throw refuse.emptyMessage()
  if (!written.ephemeralTo && isBlocked(written.channel, textsOf(written))) throw refuse.messageBlocked()
  Object.assign(message, written)
}

function isEmpty(message: Message): boolean {
  return (
    message.content.trim() === '' &&
    message.embeds.length === 0 &&
    message.attachments.length === 0 &&
    message.components.length === 0
  )
}

/** Whether automatic moderation of the guild lets nobody write that (resources/auto-moderation, BLOCK_MESSAGE). */
export function isBlocked({ guild }: Channel, texts: readonly string[]): boolean {
  const words = (guild?.blockedWords ?? []).map(word => word.toLowerCase())
  return texts.some(text => words.some(word => text.toLowerCase().includes(word)))
}

/** Everything in a message that markdown is read in. */
export function textsOf(message: Pick<Message, 'content' | 'embeds' | 'components'>): string[] {
  const inEmbeds = message.embeds.flatMap(e => [
    e.title,
    e.description,
    ...(e.fields ?? []).flatMap(field => [field.name, field.value]),
  ])
  const inComponents = [...everyComponent(message.components)].flatMap(c =>
    c.type === 10 ? [c.content] : [],
  )
  return [message.content, ...inEmbeds, ...inComponents].flatMap(text => (text ? [text] : []))
}

/** Rings the bells that a new message rings: edits and ephemeral answers ring none, embeds neither. */
export function ring(world: World, message: Message, body: SharedBody): void {
  if (message.ephemeralTo) return
  const texts = textsOf({ ...message, embeds: [] })
  const mentions = texts.flatMap(text => read(text).mentions)
  for (const found of pingsOf(mentions, body.allowed_mentions)) world.pings.push(`${message.id}: ${found}`)
  const repliedRings = body.allowed_mentions ? body.allowed_mentions.replied_user === true : true
  const replied = message.replyTo === undefined ? undefined : world.messages.get(message.replyTo)
  if (replied && repliedRings && !replied.author.bot)
    world.pings.push(`${message.id}: <@${replied.author.id}>`)
}
