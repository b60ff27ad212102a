/** `/imagine`: a request for pictures. Its options are the prompt, the flags and attached pictures. */
import type { Command } from './command.ts'

export const imagine: Command = {
  access: 'everyone',
  visibility: 'conversation',
  isView: false,
  options: [],
  handle: () => ({ kind: 'paint' }),
}
