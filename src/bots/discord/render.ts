/** Neutral message → Discord components. Pure. Whatever people wrote is shown as they wrote it, and does nothing. */
import { type APIMessageTopLevelComponent, ComponentType, MessageFlags } from 'discord.js'
import type { Words } from '../../words/en.ts'
import type { Message } from '../message.ts'

/** What every message is sent with; it goes into `reply`, `editReply`, `followUp` and into bodies of our own. */
export interface Payload {
  flags: MessageFlags.IsComponentsV2
  components: APIMessageTopLevelComponent[]
}

export function render(message: Message, _words: Words): Payload {
  return {
    flags: MessageFlags.IsComponentsV2,
    components: [{ type: ComponentType.TextDisplay, content: [message.title, ...message.lines].join('\n') }],
  }
}
