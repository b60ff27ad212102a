/** What a person fills into a modal, as the client lets them and as Slack sends it. */
import type { Clock } from '../../../../src/system/ports.ts'
import type { FakeSlack } from '../fake-slack.ts'
import { type GivenFile, keepFile } from '../given-files.ts'
import { fileJson } from '../methods/files.ts'
import type { Member } from '../world.ts'
import type { FakeInput, FakeViewContent } from './block-kit.ts'

export type FieldValue = string | string[] | GivenFile

/** `view.state.values`: block id → action id → value, by the labels of fields. Refuses what no client would let pass. */
export function stateOf(
  content: FakeViewContent,
  values: Record<string, FieldValue>,
  member: Member,
  slack: FakeSlack<Clock>,
): Record<string, unknown> {
  const inputs = content.blocks.filter((block): block is FakeInput => block.type === 'input')
  for (const label of Object.keys(values))
    if (!inputs.some(input => input.label.text === label))
      throw new Error(`no field “${label}” among ${inputs.map(input => input.label.text).join(', ')}`)
  const state: Record<string, unknown> = {}
  for (const [index, input] of inputs.entries()) {
    const value = fieldValue(input, values[input.label.text], member, slack)
    state[input.block_id ?? `i${index}`] = { [input.element.action_id]: value }
  }
  return state
}

function fieldValue(
  input: FakeInput,
  given: FieldValue | undefined,
  member: Member,
  slack: FakeSlack<Clock>,
): Record<string, unknown> {
  const { element } = input
  const type = element.type
  if (element.type === 'plain_text_input' || element.type === 'number_input') {
    const text = given ?? element.initial_value ?? ''
    if (typeof text !== 'string') throw new Error(`${input.label.text} takes text`)
    if (text === '' && input.optional !== true) throw new Error(`${input.label.text} must be filled in`)
    if (element.type === 'plain_text_input' && text.length > (element.max_length ?? 3000))
      throw new Error(`${input.label.text} is too long for its field`)
    return { type, value: text === '' ? null : text }
  }
  if (element.type === 'file_input') {
    if (given === undefined) return { type, files: [] }
    if (typeof given === 'string' || Array.isArray(given)) throw new Error(`${input.label.text} takes a file`)
    const file = keepFile(slack.world, member, given)
    file.givenToApp = true
    return { type, files: [fileJson(file, slack)] }
  }
  const chosen = given === undefined ? undefined : Array.isArray(given) ? given : [given]
  const options = chosen?.map(label => {
    const option = element.options.find(candidate => candidate.text.text === label)
    if (option === undefined) throw new Error(`no option “${String(label)}” in ${input.label.text}`)
    return option
  })
  if (element.type === 'checkboxes')
    return { type, selected_options: options ?? element.initial_options ?? [] }
  return { type, selected_option: options?.[0] ?? element.initial_option ?? null }
}
