/** What the answer to a slash command shows to whoever typed it. */
import { z } from 'zod'
import { Refusal } from './api/refusal.ts'
import type { Interactions, ResponseBody } from './interactions.ts'
import type { Delivered } from './transport/transport.ts'

const body = z.union([
  z.undefined(),
  z.literal(''),
  z.looseObject({ text: z.string().optional(), blocks: z.unknown().optional() }),
])

export function showAnswer(
  interactions: Interactions,
  delivered: Delivered,
  target: { memberId: string; channelId: string },
): void {
  if (delivered.kind !== 'acked') return
  const answer = body.parse(delivered.body)
  if (answer === undefined || answer === '' || (answer.text === undefined && answer.blocks === undefined))
    return
  const shown: ResponseBody = { ...answer }
  try {
    interactions.show(shown, target)
  } catch (error) {
    if (error instanceof Refusal) throw new Error(`bad answer to a command: ${error.message}`)
    throw error
  }
}
