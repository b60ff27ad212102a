/** `/notify on|off`: whether a person is notified of finished pictures. */
import { oneOf } from '../grammar/flag-values.ts'
import { textMessage } from '../messages/message.ts'
import type { Command } from './command.ts'
import { requiredOption } from './command-option.ts'

const state = requiredOption('state', oneOf('on-or-off', ['on', 'off']))

export const notify: Command = {
  access: 'everyone',
  visibility: 'private',
  isView: false,
  options: [state],
  async handle({ easel, caller, words, usage, prefix }, typed) {
    const read = state.read(typed, usage)
    if (read.kind === 'refused') return { kind: 'refused', problems: [read.problem] }
    await easel.setNotify(caller.person, read.value === 'on')
    return { kind: 'message', message: textMessage(words.notify[read.value](prefix)) }
  },
}
