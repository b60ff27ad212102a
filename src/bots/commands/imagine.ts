/** `/imagine`: a request for pictures. Its options are the flags, the prompt and pictures that come with it. */
import type { Command } from './command.ts'

export const imagine: Command = {
  access: 'everyone',
  visibility: 'conversation',
  isView: false,
  options: [],
  handle: () => ({ kind: 'paint' }),
}
