/** `/settings`: a person's defaults, as a form. */
import type { Command } from './command.ts'

export const settings: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: true,
  options: [],
  handle: () => ({ kind: 'form', form: 'settings' }),
}
