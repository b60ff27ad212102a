/** What Slack accepts in blocks and views: every limit of Block Kit as a schema; unknown fields are refused too. */
import { z } from 'zod'

export { buttonsOf, selectsOf } from './block-elements.ts'

// Limits: docs.slack.dev/reference/block-kit (blocks, block elements, composition objects, views).
const actionId = z.string().min(1).max(255)
const blockId = z.string().min(1).max(255).optional()
const plain = (max: number) =>
  z.strictObject({
    type: z.literal('plain_text'),
    text: z.string().min(1).max(max),
    emoji: z.boolean().optional(),
  })
const mrkdwn = (max: number) =>
  z.strictObject({
    type: z.literal('mrkdwn'),
    text: z.string().min(1).max(max),
    verbatim: z.boolean().optional(),
  })
const anyText = (max: number) => z.discriminatedUnion('type', [plain(max), mrkdwn(max)])

const slackFile = z.union([
  z.strictObject({ id: z.string().regex(/^F[A-Z0-9]{8,}$/) }),
  z.strictObject({ url: z.url().max(3000) }),
])
const option = z.strictObject({
  text: anyText(75),
  value: z.string().min(1).max(150),
  description: plain(75).optional(),
})
const confirm = z.strictObject({
  title: plain(100),
  text: anyText(300),
  confirm: plain(30),
  deny: plain(30),
  style: z.enum(['primary', 'danger']).optional(),
})

const button = z.strictObject({
  type: z.literal('button'),
  text: plain(75),
  action_id: actionId,
  value: z.string().min(1).max(2000).optional(),
  url: z.url().max(3000).optional(),
  style: z.enum(['primary', 'danger']).optional(),
  confirm: confirm.optional(),
  accessibility_label: z.string().max(75).optional(),
})
const staticSelect = z.strictObject({
  type: z.literal('static_select'),
  action_id: actionId,
  options: z.array(option).min(1).max(100),
  initial_option: option.optional(),
  placeholder: plain(150).optional(),
  confirm: confirm.optional(),
})
const overflow = z.strictObject({
  type: z.literal('overflow'),
  action_id: actionId,
  options: z.array(option).min(1).max(5),
})
const choices = (type: 'checkboxes' | 'radio_buttons') =>
  z.strictObject({
    type: z.literal(type),
    action_id: actionId,
    options: z.array(option).min(1).max(10),
    initial_options: z.array(option).min(1).optional(),
    initial_option: option.optional(),
  })
const textInput = z.strictObject({
  type: z.literal('plain_text_input'),
  action_id: actionId,
  multiline: z.boolean().optional(),
  initial_value: z.string().max(3000).optional(),
  min_length: z.int().min(0).max(3000).optional(),
  max_length: z.int().min(1).max(3000).optional(),
  placeholder: plain(150).optional(),
  focus_on_load: z.boolean().optional(),
})
const numberInput = z.strictObject({
  type: z.literal('number_input'),
  action_id: actionId,
  is_decimal_allowed: z.boolean(),
  initial_value: z.string().optional(),
  min_value: z.string().optional(),
  max_value: z.string().optional(),
  placeholder: plain(150).optional(),
})
const fileInput = z.strictObject({
  type: z.literal('file_input'),
  action_id: actionId,
  filetypes: z.array(z.string()).optional(),
  max_files: z.int().min(1).max(10).optional(),
})
const imageFields = {
  type: z.literal('image'),
  alt_text: z.string().min(1).max(2000),
  image_url: z.url().max(3000).optional(),
  slack_file: slackFile.optional(),
}
const imageElement = z.strictObject(imageFields)

const richStyle = z
  .strictObject({
    bold: z.boolean().optional(),
    italic: z.boolean().optional(),
    strike: z.boolean().optional(),
    code: z.boolean().optional(),
  })
  .optional()
const richInline = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), text: z.string().min(1), style: richStyle }),
  // docs.slack.dev/reference/block-kit/blocks/rich-text-block: date
  z.strictObject({
    type: z.literal('date'),
    timestamp: z.number().int(),
    format: z.string().min(1),
    fallback: z.string().optional(),
    style: richStyle,
  }),
  z.strictObject({ type: z.literal('emoji'), name: z.string().min(1) }),
  z.strictObject({
    type: z.literal('link'),
    url: z.url(),
    text: z.string().min(1).optional(),
    style: richStyle,
  }),
  z.strictObject({ type: z.literal('user'), user_id: z.string().min(1), style: richStyle }),
  z.strictObject({ type: z.literal('channel'), channel_id: z.string().min(1), style: richStyle }),
])
const richElement = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('rich_text_section'), elements: z.array(richInline) }),
  z.strictObject({
    type: z.literal('rich_text_preformatted'),
    elements: z.array(richInline),
    border: z.int().optional(),
  }),
  z.strictObject({ type: z.literal('rich_text_quote'), elements: z.array(richInline) }),
])

const interactive = z.discriminatedUnion('type', [
  button,
  staticSelect,
  overflow,
  choices('checkboxes'),
  choices('radio_buttons'),
])
const inputElement = z.discriminatedUnion('type', [
  textInput,
  numberInput,
  fileInput,
  staticSelect,
  choices('checkboxes'),
  choices('radio_buttons'),
])

export const blockSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('section'),
    block_id: blockId,
    text: anyText(3000).optional(),
    fields: z.array(anyText(2000)).min(1).max(10).optional(),
    accessory: z.union([interactive, imageElement]).optional(),
    expand: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('divider'), block_id: blockId }),
  z.strictObject({ type: z.literal('header'), block_id: blockId, text: plain(150) }),
  z.strictObject({ ...imageFields, block_id: blockId, title: plain(2000).optional() }),
  z.strictObject({
    type: z.literal('context'),
    block_id: blockId,
    elements: z
      .array(z.union([anyText(3000), imageElement]))
      .min(1)
      .max(10),
  }),
  z.strictObject({
    type: z.literal('actions'),
    block_id: blockId,
    elements: z.array(interactive).min(1).max(25),
  }),
  z.strictObject({
    type: z.literal('input'),
    block_id: blockId,
    label: plain(2000),
    element: inputElement,
    hint: plain(2000).optional(),
    optional: z.boolean().optional(),
    dispatch_action: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('rich_text'), block_id: blockId, elements: z.array(richElement).min(1) }),
  z.strictObject({ type: z.literal('markdown'), block_id: blockId, text: z.string().min(1).max(12_000) }),
])
export type FakeBlock = z.infer<typeof blockSchema>
export type FakeInput = Extract<FakeBlock, { type: 'input' }>

const modalSchema = z.strictObject({
  type: z.literal('modal'),
  title: plain(24),
  submit: plain(24).optional(),
  close: plain(24).optional(),
  blocks: z.array(blockSchema).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().min(1).max(255).optional(),
  external_id: z.string().max(255).optional(),
  clear_on_close: z.boolean().optional(),
  notify_on_close: z.boolean().optional(),
})
const homeSchema = z.strictObject({
  type: z.literal('home'),
  blocks: z.array(blockSchema).max(100),
  private_metadata: z.string().max(3000).optional(),
  callback_id: z.string().min(1).max(255).optional(),
  external_id: z.string().max(255).optional(),
})
export const viewSchema = z.discriminatedUnion('type', [modalSchema, homeSchema])
export type FakeViewContent = z.infer<typeof viewSchema>

export type Checked<T> = { kind: 'good'; value: T } | { kind: 'bad'; messages: string[] }

/** Blocks of a message: at most 50, ids unique, no input that only modals may hold. */
export function checkMessageBlocks(value: unknown): Checked<FakeBlock[]> {
  const parsed = z.array(blockSchema).max(50).safeParse(value)
  if (!parsed.success) return bad(parsed.error, '/blocks')
  const messages = clashes(parsed.data)
  for (const block of parsed.data) {
    if (block.type === 'input' && block.element.type === 'file_input')
      messages.push('[ERROR] file_input is for modals only')
  }
  return messages.length > 0 ? { kind: 'bad', messages } : { kind: 'good', value: parsed.data }
}

/** A modal or a home tab: at most 100 blocks and 250 KB; a modal with inputs must have a submit button. */
export function checkView(value: unknown): Checked<FakeViewContent> {
  const parsed = viewSchema.safeParse(value)
  if (!parsed.success) return bad(parsed.error, '/view')
  const view = parsed.data
  const messages = clashes(view.blocks)
  const hasInput = view.blocks.some(block => block.type === 'input')
  if (view.type === 'modal' && hasInput && view.submit === undefined)
    messages.push('[ERROR] missing required field: submit [json-pointer:/view/submit]')
  if (JSON.stringify(view).length > 250_000) messages.push('[ERROR] view exceeds 250 KB')
  return messages.length > 0 ? { kind: 'bad', messages } : { kind: 'good', value: view }
}

function bad(error: z.ZodError, root: string): { kind: 'bad'; messages: string[] } {
  return {
    kind: 'bad',
    messages: error.issues.map(
      issue => `[ERROR] ${issue.message} [json-pointer:${root}/${issue.path.join('/')}]`,
    ),
  }
}

/** Block ids must be unique in a surface, action ids in their block; an image names exactly one source. */
function clashes(blocks: FakeBlock[]): string[] {
  const messages: string[] = []
  const blockIds = blocks.flatMap(block => (block.block_id === undefined ? [] : [block.block_id]))
  if (new Set(blockIds).size !== blockIds.length) messages.push('[ERROR] block_id must be unique')
  for (const block of blocks) {
    const ids = actionIdsOf(block)
    if (new Set(ids).size !== ids.length) messages.push('[ERROR] action_id must be unique within a block')
    for (const image of imagesOf(block))
      if ((image.image_url === undefined) === (image.slack_file === undefined))
        messages.push('[ERROR] an image needs either image_url or slack_file')
    if (block.type === 'section' && block.text === undefined && block.fields === undefined)
      messages.push('[ERROR] a section needs text or fields')
  }
  return messages
}

function actionIdsOf(block: FakeBlock): string[] {
  if (block.type === 'actions') return block.elements.map(element => element.action_id)
  if (block.type === 'section' && block.accessory !== undefined && 'action_id' in block.accessory)
    return [block.accessory.action_id]
  return block.type === 'input' ? [block.element.action_id] : []
}

export interface ImageSource {
  image_url?: string | undefined
  slack_file?: { id: string } | { url: string } | undefined
}

/** Every image in a block, whichever way it is nested. */
export function imagesOf(block: FakeBlock): ImageSource[] {
  if (block.type === 'image') return [block]
  if (block.type === 'context') return block.elements.filter(element => element.type === 'image')
  if (block.type === 'section' && block.accessory?.type === 'image') return [block.accessory]
  return []
}
