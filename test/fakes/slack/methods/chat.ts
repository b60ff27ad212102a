/** chat.*: messages, edits, deletions and ephemerals of the fake Slack. */
import { z } from 'zod'
import { json, truthy } from '../api/arguments.ts'
import { type MethodContext, method, visibleChannel, writableChannel } from '../api/method.ts'
import { Refusal } from '../api/refusal.ts'
import { haveTooMuchText } from '../blocks/block-elements.ts'
import { checkMessageBlocks, type FakeBlock, imagesOf } from '../blocks/block-kit.ts'
import type { Channel, Post } from '../world.ts'

const content = {
  channel: z.string(),
  text: z.string().optional(),
  blocks: json(z.unknown()).optional(),
  parse: z.enum(['none', 'full']).optional(),
  link_names: truthy.optional(),
  metadata: json(z.unknown()).optional(),
}
const postArgs = z.strictObject({
  ...content,
  thread_ts: z.string().optional(),
  reply_broadcast: truthy.optional(),
  unfurl_links: truthy.optional(),
  unfurl_media: truthy.optional(),
  mrkdwn: truthy.optional(),
})

/** Shorter than a new message's 40,000 (docs.slack.dev/reference/methods/chat.update, msg_too_long). */
const longestEdit = 4000

/** Text at most 40,000 characters; blocks checked; images ready and visible where they are shown. */
function checkedContent(
  args: { text?: string | undefined; blocks?: unknown },
  channel: Channel,
  context: MethodContext,
): { text: string; blocks: FakeBlock[] } {
  const text = args.text ?? ''
  if (text.length > 40_000) throw new Refusal('msg_too_long')
  if (text === '' && args.blocks === undefined) throw new Refusal('no_text')
  if (args.blocks === undefined) return { text, blocks: [] }
  const checked = checkMessageBlocks(args.blocks)
  if (checked.kind === 'bad') throw new Refusal('invalid_blocks', checked.messages)
  if (haveTooMuchText(checked.value)) throw new Refusal('msg_blocks_too_long')
  for (const [index, block] of checked.value.entries()) checkImages(block, index, channel, context)
  return { text, blocks: checked.value }
}

function checkImages(block: FakeBlock, index: number, channel: Channel, context: MethodContext): void {
  for (const image of imagesOf(block)) {
    if (image.slack_file === undefined) continue
    const source = image.slack_file
    const file = [...context.world.files.values()].find(candidate =>
      'id' in source
        ? candidate.id === source.id
        : `${context.baseUrl}/files-pri/${candidate.id}` === source.url,
    )
    const ready = file?.state === 'complete' && file.processedAtMs <= context.world.clock.monotonicMs()
    const shared = file?.shares.some(share => share.channelId === channel.id) ?? false
    const own = context.faults.acceptsUnsharedFiles && file?.ownerId === context.team.botUserId
    if (!ready || !(shared || own))
      throw new Refusal('invalid_blocks', [
        `[ERROR] invalid slack file [json-pointer:/blocks/${index}/slack_file]`,
      ])
  }
}

function messageJson(post: Post, context: MethodContext) {
  return {
    type: 'message',
    user: post.authorId,
    bot_id: context.team.botId,
    app_id: 'A00000001',
    team: context.team.id,
    ts: post.ts,
    text: post.text,
    blocks: post.blocks,
    ...(post.threadTs === undefined ? {} : { thread_ts: post.threadTs }),
  }
}

export const chatMethods = {
  'chat.postMessage': method({ tier: 4, scopes: ['chat:write'], args: postArgs }, (args, context) => {
    const channel = writableChannel(context, args.channel)
    const { text, blocks } = checkedContent(args, channel, context)
    const { world } = context
    if (args.thread_ts !== undefined) {
      if (channel.isThreadless) throw new Refusal('restricted_action_non_threadable_channel')
      const parent = world.post(channel.id, args.thread_ts)
      if (parent === undefined) throw new Refusal('thread_not_found')
      if (parent.threadTs !== undefined) throw new Refusal('cannot_reply_to_message')
    }
    const post: Post = {
      ts: world.nextTs(),
      channelId: channel.id,
      ...(args.thread_ts === undefined ? {} : { threadTs: args.thread_ts }),
      authorId: context.team.botUserId,
      text,
      parsesText: args.parse !== 'none',
      blocks,
      fileIds: [],
      editCount: 0,
      deleted: false,
    }
    world.posts.push(post)
    return { channel: channel.id, ts: post.ts, message: messageJson(post, context) }
  }),

  'chat.update': method(
    {
      tier: 3,
      scopes: ['chat:write'],
      args: z.strictObject({ ...content, ts: z.string(), reply_broadcast: truthy.optional() }),
    },
    (args, context) => {
      const channel = writableChannel(context, args.channel)
      const post = context.world.post(channel.id, args.ts)
      if (post === undefined || post.onlyFor !== undefined) throw new Refusal('message_not_found')
      if (post.authorId !== context.team.botUserId) throw new Refusal('cant_update_message')
      // Workspaces may close edits some time after a message (docs.slack.dev/reference/methods/chat.update).
      const ageMs = context.world.clock.now() - Number(post.ts) * 1000
      if (ageMs > (context.team.editWindowMs ?? Number.POSITIVE_INFINITY))
        throw new Refusal('edit_window_closed')
      if ((args.text ?? '').length > longestEdit) throw new Refusal('msg_too_long')
      const { text, blocks } = checkedContent(args, channel, context)
      post.text = text
      post.parsesText = args.parse !== 'none'
      post.blocks = blocks
      post.editCount += 1
      return { channel: channel.id, ts: post.ts, text, message: messageJson(post, context) }
    },
  ),

  'chat.getPermalink': method(
    { tier: 4, scopes: [], args: z.strictObject({ channel: z.string(), message_ts: z.string() }) },
    (args, context) => {
      const channel = visibleChannel(context, args.channel)
      const post = context.world.post(channel.id, args.message_ts)
      if (post === undefined || post.onlyFor !== undefined) throw new Refusal('message_not_found')
      const thread = post.threadTs === undefined ? '' : `?thread_ts=${post.threadTs}&cid=${channel.id}`
      const permalink = `https://example.slack.com/archives/${channel.id}/p${post.ts.replace('.', '')}${thread}`
      context.world.permalinks.set(permalink, post)
      return { channel: channel.id, permalink }
    },
  ),

  'chat.delete': method(
    {
      tier: 3,
      scopes: ['chat:write'],
      args: z.strictObject({ channel: z.string(), ts: z.string(), as_user: truthy.optional() }),
    },
    (args, context) => {
      const channel = visibleChannel(context, args.channel)
      const post = context.world.post(channel.id, args.ts)
      if (post === undefined || post.onlyFor !== undefined) throw new Refusal('message_not_found')
      if (post.authorId !== context.team.botUserId) throw new Refusal('cant_delete_message')
      post.deleted = true
      return { channel: channel.id, ts: post.ts }
    },
  ),

  'chat.postEphemeral': method(
    {
      tier: 4,
      scopes: ['chat:write'],
      args: z.strictObject({ ...content, user: z.string(), thread_ts: z.string().optional() }),
    },
    (args, context) => {
      const channel = writableChannel(context, args.channel)
      if (!channel.members.has(args.user)) throw new Refusal('user_not_in_channel')
      const { text, blocks } = checkedContent(args, channel, context)
      const ts = context.world.nextTs()
      context.world.posts.push({
        ts,
        channelId: channel.id,
        ...(args.thread_ts === undefined ? {} : { threadTs: args.thread_ts }),
        authorId: context.team.botUserId,
        text,
        parsesText: args.parse !== 'none',
        blocks,
        fileIds: [],
        onlyFor: args.user,
        editCount: 0,
        deleted: false,
      })
      return { message_ts: ts }
    },
  ),
}
