/** The first answer to an interaction: which types exist and what data each may carry. */
import { z } from 'zod'
import { flag, interactionMessage } from './messages.ts'
import { modal } from './modals.ts'

const choice = z.strictObject({
  name: z.string().min(1).max(100),
  name_localizations: z.record(z.string(), z.string().min(1).max(100)).nullish(),
  value: z.union([z.string().max(100), z.number()]),
})

/**
 * developers/interactions/receiving-and-responding, Interaction Callback Type: 4 answers, 5 defers, 6 defers an update,
 * 7 updates, 8 completes, 9 opens a modal.
 */
export const callback = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal(4), data: interactionMessage }),
  z.strictObject({
    type: z.literal(5),
    data: z.strictObject({ flags: z.union([z.literal(0), z.literal(flag.ephemeral)]).optional() }).optional(),
  }),
  z.strictObject({ type: z.literal(6) }),
  z.strictObject({ type: z.literal(7), data: interactionMessage }),
  z.strictObject({ type: z.literal(8), data: z.strictObject({ choices: z.array(choice).max(25) }) }),
  z.strictObject({ type: z.literal(9), data: modal }),
])

export type Callback = z.infer<typeof callback>
export type AutocompleteChoice = z.infer<typeof choice>
