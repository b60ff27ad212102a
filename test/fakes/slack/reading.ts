/** A post or a view as a person reads it: lines of text, pictures, buttons, fields, and whatever its text set off. */
import type { FakeBlock } from './blocks/block-kit.ts'
import { readMrkdwn, type Visible } from './blocks/visible-text.ts'
import type { Post, World } from './world.ts'

export interface Reading {
  lines: string[]
  pings: string[]
  links: string[]
}

type TextObject =
  | { type: 'plain_text'; text: string }
  | { type: 'mrkdwn'; text: string; verbatim?: boolean | undefined }

function readText(text: TextObject): Visible {
  if (text.type === 'plain_text') return { seen: text.text, pings: [], links: [] }
  return readMrkdwn(text.text, { autoLinks: text.verbatim !== true })
}

type RichBlock = Extract<FakeBlock, { type: 'rich_text' }>

function readRich(block: RichBlock): Visible[] {
  return block.elements.map(element => {
    const parts = element.elements.map((inline): Visible => {
      if (inline.type === 'text') return { seen: inline.text, pings: [], links: [] }
      if (inline.type === 'date') return { seen: inline.fallback ?? '', pings: [], links: [] }
      if (inline.type === 'emoji') return { seen: `:${inline.name}:`, pings: [], links: [] }
      if (inline.type === 'link') return { seen: inline.text ?? inline.url, pings: [], links: [inline.url] }
      if (inline.type === 'channel') return { seen: `#${inline.channel_id}`, pings: [], links: [] }
      return { seen: `@${inline.user_id}`, pings: [`@${inline.user_id}`], links: [] }
    })
    const joined = join(parts, '')
    if (element.type === 'rich_text_preformatted') joined.seen = `\`\`\`${joined.seen}\`\`\``
    if (element.type === 'rich_text_quote') joined.seen = `▏${joined.seen.replaceAll('\n', '\n▏')}`
    return joined
  })
}

function join(parts: Visible[], glue: string): Visible {
  return {
    seen: parts.map(part => part.seen).join(glue),
    pings: parts.flatMap(part => part.pings),
    links: parts.flatMap(part => part.links),
  }
}

function readElement(element: {
  type: string
  text?: TextObject | undefined
  options?: { text: TextObject }[] | undefined
}): string {
  if (element.type === 'button') return `[ ${element.text?.text ?? ''} ]`
  if (element.options !== undefined)
    return `( ${element.options.map(option => option.text.text).join(' | ')} )`
  return `< ${element.type} >`
}

function readBlock(block: FakeBlock): Visible[] {
  switch (block.type) {
    case 'section': {
      const texts = [...(block.text === undefined ? [] : [block.text]), ...(block.fields ?? [])].map(readText)
      const accessory = block.accessory
      if (accessory === undefined) return texts
      const seen = accessory.type === 'image' ? picture(accessory.alt_text) : readElement(accessory)
      return [...texts, still(seen)]
    }
    case 'header':
      return [still(`# ${block.text.text}`)]
    case 'divider':
      return [still('———')]
    case 'image':
      return [still(picture(block.alt_text, block.title?.text))]
    case 'context':
      return [
        join(
          block.elements.map(element =>
            element.type === 'image' ? still(picture(element.alt_text)) : readText(element),
          ),
          ' ',
        ),
      ]
    case 'actions':
      return [still(block.elements.map(readElement).join(' '))]
    case 'input':
      return [
        still(`${block.label.text}${block.optional === true ? ' (optional)' : ''}: ${readInput(block)}`),
      ]
    case 'rich_text':
      return readRich(block)
    case 'markdown':
      return [readMrkdwn(block.text, { autoLinks: true })]
  }
}

function readInput(block: Extract<FakeBlock, { type: 'input' }>): string {
  const element = block.element
  if (element.type === 'file_input') return '< file >'
  if (element.type === 'plain_text_input' || element.type === 'number_input')
    return `“${element.initial_value ?? ''}”`
  return readElement(element)
}

function picture(altText: string, title?: string): string {
  return `🖼 ${title === undefined ? '' : `${title}: `}${altText}`
}

function still(seen: string): Visible {
  return { seen, pings: [], links: [] }
}

/** Blocks as lines; what their text set off beside them. */
export function readBlocks(blocks: readonly FakeBlock[]): Reading {
  const parts = blocks.flatMap(readBlock)
  return {
    lines: parts.map(part => part.seen),
    pings: parts.flatMap(part => part.pings),
    links: parts.flatMap(part => part.links),
  }
}

/** A post with its files. The text is shown where there are no blocks; it notifies in any case. */
export function readPost(world: World, post: Post): Reading {
  const text = readMrkdwn(post.text, { autoLinks: post.parsesText })
  const blocks = readBlocks(post.blocks)
  const files = post.fileIds.flatMap(id => {
    const file = world.files.get(id)
    return file === undefined ? [] : [`📎 ${file.title}${file.altText === '' ? '' : ` (${file.altText})`}`]
  })
  const body = post.blocks.length > 0 ? blocks.lines : post.text === '' ? [] : [text.seen]
  return {
    lines: [...body, ...files],
    pings: [...text.pings, ...blocks.pings],
    links: [...text.links, ...blocks.links],
  }
}
