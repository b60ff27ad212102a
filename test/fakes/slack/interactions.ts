/** Trigger ids (3 s, single use) and response URLs (30 minutes, five uses) of the fake Slack. */
import { z } from 'zod'
import type { Place } from '../traffic.ts'
import { Refusal } from './api/refusal.ts'
import { haveTooMuchText } from './blocks/block-elements.ts'
import { checkMessageBlocks } from './blocks/block-kit.ts'
import type { Member, Post, World } from './world.ts'

// docs.slack.dev/interactivity/handling-user-interaction: a trigger lives 3 s, a response_url 30 minutes and 5 uses.
const triggerLifeMs = 3000
const responseLifeMs = 30 * 60_000
const responseUses = 5

interface ResponseTarget {
  memberId: string
  channelId: string
  threadTs?: string | undefined
  /** The message whose button was pressed: what replace_original replaces. */
  originalTs?: string | undefined
  issuedAtMs: number
  uses: number
}

const responseBody = z.strictObject({
  text: z.string().max(40_000).optional(),
  blocks: z.unknown().optional(),
  response_type: z.enum(['ephemeral', 'in_channel']).optional(),
  replace_original: z.boolean().optional(),
  delete_original: z.boolean().optional(),
  thread_ts: z.string().optional(),
  parse: z.enum(['none', 'full']).optional(),
  link_names: z.boolean().optional(),
  unfurl_links: z.boolean().optional(),
  unfurl_media: z.boolean().optional(),
})
export type ResponseBody = z.infer<typeof responseBody>

export class Interactions {
  readonly #world: World
  readonly #triggers = new Map<string, { memberId: string; issuedAtMs: number; used: boolean }>()
  readonly #responses = new Map<string, ResponseTarget>()

  constructor(world: World) {
    this.#world = world
  }

  trigger(member: Member): string {
    const id = `${this.#world.id('1')}.${this.#world.id('2')}.trigger`
    this.#triggers.set(id, { memberId: member.id, issuedAtMs: this.#world.clock.monotonicMs(), used: false })
    return id
  }

  useTrigger(id: string): Member {
    const trigger = this.#triggers.get(id)
    if (trigger === undefined) throw new Refusal('invalid_trigger_id')
    if (trigger.used) throw new Refusal('exchanged_trigger_id')
    if (this.#world.clock.monotonicMs() - trigger.issuedAtMs >= triggerLifeMs)
      throw new Refusal('expired_trigger_id')
    trigger.used = true
    return this.#world.member(trigger.memberId)
  }

  /** Whose a trigger is or was. */
  ownerOf(triggerId: string | undefined): string | undefined {
    return this.#triggers.get(triggerId ?? '')?.memberId
  }

  /** Who would see an answer to a response URL. */
  placeOf(id: string, body: unknown): Place | undefined {
    const target = this.#responses.get(id)
    return target && this.answerPlace(target, body)
  }

  /** An answer is for one person unless it says otherwise, or takes the place of what everybody sees. */
  answerPlace(target: Pick<ResponseTarget, 'memberId' | 'channelId' | 'originalTs'>, body: unknown): Place {
    const original = this.#world.post(target.channelId, target.originalTs ?? '')
    const says = (key: string) =>
      typeof body === 'object' && body !== null ? Reflect.get(body, key) : undefined
    const isOpen =
      says('response_type') === 'in_channel' ||
      (says('replace_original') === true && original !== undefined && original.onlyFor === undefined)
    return {
      spaceId: this.#world.member(target.memberId).teamId,
      conversationId: target.channelId,
      personId: isOpen ? undefined : target.memberId,
    }
  }

  /** The path of a new response URL. */
  responsePath(target: Omit<ResponseTarget, 'issuedAtMs' | 'uses'>): string {
    const id = this.#world.id('R')
    this.#responses.set(id, { ...target, issuedAtMs: this.#world.clock.monotonicMs(), uses: 0 })
    return `/respond/${id}`
  }

  /** What posting to a response URL does. */
  respond(id: string, raw: unknown): void {
    const target = this.#responses.get(id)
    if (target === undefined) throw new Refusal('invalid_url')
    if (this.#world.clock.monotonicMs() - target.issuedAtMs >= responseLifeMs)
      throw new Refusal('expired_url')
    if (target.uses >= responseUses) throw new Refusal('used_url')
    target.uses += 1
    const parsed = responseBody.safeParse(raw)
    if (!parsed.success)
      throw new Refusal(
        'invalid_payload',
        parsed.error.issues.map(issue => issue.message),
      )
    this.show(parsed.data, target)
  }

  /** A message from a response URL or from the answer to a command. */
  show(body: ResponseBody, target: Omit<ResponseTarget, 'issuedAtMs' | 'uses'>): void {
    const original =
      target.originalTs === undefined ? undefined : this.#world.post(target.channelId, target.originalTs)
    if (body.delete_original === true) {
      if (original !== undefined) original.deleted = true
      return
    }
    const checked = body.blocks === undefined ? undefined : checkMessageBlocks(body.blocks)
    if (checked?.kind === 'bad') throw new Refusal('invalid_blocks', checked.messages)
    const blocks = checked?.value ?? []
    if (haveTooMuchText(blocks)) throw new Refusal('msg_blocks_too_long')
    if ((body.text ?? '') === '' && blocks.length === 0) throw new Refusal('no_text')
    if (body.replace_original === true && original !== undefined) {
      original.text = body.text ?? ''
      original.blocks = blocks
      original.editCount += 1
      return
    }
    const team = this.#world.team(this.#world.member(target.memberId).teamId)
    const threadTs = body.thread_ts ?? target.threadTs
    const post: Post = {
      ts: this.#world.nextTs(),
      channelId: target.channelId,
      ...(threadTs === undefined ? {} : { threadTs }),
      authorId: team.botUserId,
      text: body.text ?? '',
      parsesText: body.parse !== 'none',
      blocks,
      fileIds: [],
      ...(body.response_type === 'in_channel' ? {} : { onlyFor: target.memberId }),
      editCount: 0,
      deleted: false,
    }
    this.#world.posts.push(post)
  }
}
