/** files.*: the three-call upload, information and deletion of the fake Slack. */
import { z } from 'zod'
import { json, wholeNumber } from '../api/arguments.ts'
import { type MethodContext, method, writableChannel } from '../api/method.ts'
import { Refusal } from '../api/refusal.ts'
import { checkMessageBlocks } from '../blocks/block-kit.ts'
import type { Post, StoredFile, World } from '../world.ts'

/**
 * A file as Slack describes it. Files are processed and shared after the call that completes them has answered: until then
 * there is no mimetype, no share and no thumbnail (java-slack-sdk #1349).
 */
export function fileJson(file: StoredFile, context: Pick<MethodContext, 'world' | 'baseUrl'>) {
  const processed = file.processedAtMs <= context.world.clock.monotonicMs()
  return {
    id: file.id,
    name: file.name,
    title: file.title,
    user: file.ownerId,
    size: file.lengthBytes,
    mimetype: processed ? file.mediaType : '',
    filetype: processed ? (file.mediaType.split('/')[1] ?? '') : '',
    mode: 'hosted',
    file_access: 'visible',
    alt_txt: file.altText,
    url_private: `${context.baseUrl}/files-pri/${file.id}`,
    url_private_download: `${context.baseUrl}/files-pri/${file.id}/download`,
    shares: processed ? sharesJson(file, context.world) : {},
  }
}

type Shares = Record<string, { ts: string; thread_ts?: string }[]>

/** By conversation, those of public channels apart from all others. */
function sharesJson(file: StoredFile, world: World): { public?: Shares; private?: Shares } {
  const shares: { public?: Shares; private?: Shares } = {}
  for (const { channelId, ts, threadTs } of file.shares) {
    const kind = world.channels.get(channelId)?.kind === 'public' ? 'public' : 'private'
    const listed = shares[kind] ?? {}
    const share = { ts, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) }
    shares[kind] = { ...listed, [channelId]: [...(listed[channelId] ?? []), share] }
  }
  return shares
}

/** A file that the bot sees, or Slack's reason why not. */
function liveFile({ world, team }: MethodContext, id: string): StoredFile {
  const file = world.files.get(id)
  if (file === undefined || !world.sees(team, file)) throw new Refusal('file_not_found')
  if (file.state === 'deleted') throw new Refusal('file_deleted')
  return file
}

const completeArgs = z.strictObject({
  files: json(z.array(z.strictObject({ id: z.string(), title: z.string().optional() })).min(1)),
  channel_id: z.string().optional(),
  channels: z.string().optional(),
  thread_ts: z.string().optional(),
  initial_comment: z.string().optional(),
  blocks: json(z.unknown()).optional(),
})

export const fileMethods = {
  'files.getUploadURLExternal': method(
    {
      tier: 4,
      scopes: ['files:write'],
      args: z.strictObject({
        filename: z.string().min(1),
        length: wholeNumber,
        alt_txt: z.string().max(1000).optional(),
        alt_text: z.string().max(1000).optional(),
        snippet_type: z.string().optional(),
      }),
    },
    (args, context) => {
      if (args.length < 1) throw new Refusal('invalid_arguments', ['[ERROR] length must be positive'])
      const id = context.world.id('F')
      context.world.files.set(id, {
        id,
        teamId: context.team.id,
        ownerId: context.team.botUserId,
        name: args.filename,
        title: args.filename,
        altText: args.alt_txt ?? args.alt_text ?? '',
        lengthBytes: args.length,
        mediaType: mediaTypeOf(args.filename),
        state: 'reserved',
        processedAtMs: Number.POSITIVE_INFINITY,
        shares: [],
        givenToApp: false,
      })
      return { upload_url: `${context.baseUrl}/upload/v1/${id}`, file_id: id }
    },
  ),

  'files.completeUploadExternal': method(
    { tier: 4, scopes: ['files:write'], args: completeArgs },
    (args, context) => {
      const { world } = context
      const files = args.files.map(entry => {
        const file = world.files.get(entry.id)
        if (file?.teamId !== context.team.id || file.state !== 'uploaded') throw new Refusal('file_not_found')
        return { file, title: entry.title ?? file.name }
      })
      const channel = args.channel_id === undefined ? undefined : writableChannel(context, args.channel_id)
      if (args.thread_ts !== undefined) {
        if (channel === undefined)
          throw new Refusal('invalid_arguments', ['[ERROR] thread_ts needs a channel'])
        const parent = world.post(channel.id, args.thread_ts)
        // Never the ts of a reply (docs.slack.dev/reference/methods/files.completeUploadExternal, thread_ts).
        if (parent === undefined || parent.threadTs !== undefined) throw new Refusal('thread_not_found')
      }
      const blocks = args.blocks === undefined ? undefined : checkMessageBlocks(args.blocks)
      if (blocks?.kind === 'bad') throw new Refusal('invalid_blocks', blocks.messages)
      if (blocks?.value.some(block => block.type === 'markdown')) throw new Refusal('internal_error')
      const processedAtMs = world.clock.monotonicMs() + context.faults.processingMs
      for (const { file, title } of files) Object.assign(file, { state: 'complete', title, processedAtMs })
      if (channel !== undefined) {
        const post: Omit<Post, 'ts'> = {
          channelId: channel.id,
          ...(args.thread_ts === undefined ? {} : { threadTs: args.thread_ts }),
          authorId: context.team.botUserId,
          text: args.initial_comment ?? '',
          parsesText: true,
          // The comment wins over blocks.
          blocks: args.initial_comment === undefined ? (blocks?.value ?? []) : [],
          fileIds: files.map(({ file }) => file.id),
          editCount: 0,
          deleted: false,
        }
        shareLater(context, post)
      }
      return { files: files.map(({ file }) => ({ id: file.id, title: file.title })) }
    },
  ),

  'files.info': method(
    { tier: 4, scopes: ['files:read'], args: z.strictObject({ file: z.string() }) },
    (args, context) => ({ file: fileJson(liveFile(context, args.file), context) }),
  ),

  'files.delete': method(
    { tier: 3, scopes: ['files:write'], args: z.strictObject({ file: z.string() }) },
    (args, context) => {
      const file = liveFile(context, args.file)
      if (file.ownerId !== context.team.botUserId) throw new Refusal('cant_delete_file')
      file.state = 'deleted'
      for (const post of context.world.posts) {
        if (!post.fileIds.includes(file.id)) continue
        post.fileIds = post.fileIds.filter(id => id !== file.id)
        if (post.fileIds.length === 0 && post.blocks.length === 0 && post.text === '') post.deleted = true
      }
      return {}
    },
  ),
}

/**
 * Puts files into their conversation when Slack gets to it: after it said that all is well, and maybe never. Files that
 * were deleted by then are not shared.
 */
function shareLater(context: MethodContext, post: Omit<Post, 'ts'>): void {
  const { world, team, faults, tell } = context
  const share = () => {
    const files = post.fileIds
      .flatMap(id => world.files.get(id) ?? [])
      .filter(({ state }) => state === 'complete')
    if (files.length === 0) return
    const ts = world.nextTs()
    world.posts.push({ ...post, ts, fileIds: files.map(({ id }) => id) })
    const { channelId, threadTs } = post
    for (const file of files) {
      file.shares.push({ channelId, ts, ...(threadTs === undefined ? {} : { threadTs }) })
      tell({
        type: 'file_shared',
        file_id: file.id,
        file: { id: file.id },
        user_id: team.botUserId,
        channel_id: channelId,
        event_ts: ts,
      })
    }
  }
  if (faults.sharingMs === 0) share()
  else if (faults.sharingMs < Number.POSITIVE_INFINITY) world.clock.after(faults.sharingMs, share)
}

export function mediaTypeOf(name: string): string {
  const ending = name.toLowerCase().split('.').at(-1) ?? ''
  const known: Record<string, string> = {
    png: 'image/png',
    jpg: 'image/jpeg',
    jpeg: 'image/jpeg',
    webp: 'image/webp',
    gif: 'image/gif',
    heic: 'image/heic',
    txt: 'text/plain',
    pdf: 'application/pdf',
  }
  return known[ending] ?? 'application/octet-stream'
}
