/** `/show ID`: delivers a past result to this conversation, with all its buttons. */
import { pictureId } from '../grammar/flag-values.ts'
import type { Command } from './command.ts'
import { requiredOption } from './command-option.ts'

const id = requiredOption('id', pictureId, { completes: 'own-pictures' })

/** Accepts the id of a picture or of a job. */
export const show: Command = {
  access: 'everyone',
  visibility: 'conversation',
  isView: false,
  options: [id],
  async handle({ easel, caller, usage }, typed) {
    const read = id.read(typed, usage)
    if (read.kind === 'refused') return { kind: 'refused', problems: [read.problem] }
    const shown = await easel.show(read.value, caller)
    return shown.kind === 'refused' ? shown : { ...shown, kind: 'deliver' }
  },
}
