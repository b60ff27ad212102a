/** What a person can press or choose from in blocks, and how much text they have. */
import type { FakeBlock } from './block-kit.ts'

type Element = Extract<FakeBlock, { type: 'actions' }>['elements'][number]
export type FakeButton = Extract<Element, { type: 'button' }>
type FakeSelect = Extract<Element, { type: 'static_select' | 'overflow' }>

/** Every button in a list of blocks, in reading order. */
export function buttonsOf(blocks: readonly FakeBlock[]): { button: FakeButton; blockId: string }[] {
  return elementsOf(blocks).flatMap(({ element, blockId }) =>
    element.type === 'button' ? [{ button: element, blockId }] : [],
  )
}

export function labelsOf(blocks: readonly FakeBlock[]): string[] {
  return buttonsOf(blocks).map(({ button }) => button.text.text)
}

/** Every select and overflow menu, in reading order. */
export function selectsOf(blocks: readonly FakeBlock[]): { select: FakeSelect; blockId: string }[] {
  return elementsOf(blocks).flatMap(({ element, blockId }) =>
    element.type === 'static_select' || element.type === 'overflow' ? [{ select: element, blockId }] : [],
  )
}

function elementsOf(blocks: readonly FakeBlock[]): { element: Element; blockId: string }[] {
  return blocks.flatMap((block, index) => {
    const blockId = block.block_id ?? `b${index}`
    if (block.type === 'actions') return block.elements.map(element => ({ element, blockId }))
    if (block.type !== 'section' || block.accessory === undefined || block.accessory.type === 'image')
      return []
    return [{ element: block.accessory, blockId }]
  })
}

/** What all texts of all blocks may have together: 11,341 characters were refused, 9,597 taken (bolt-js #2867). */
const longestBlocks = 10_000

export function haveTooMuchText(blocks: readonly FakeBlock[]): boolean {
  return textsOf(blocks).reduce((sum, each) => sum + each.length, 0) > longestBlocks
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsOf)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'text' && typeof inner === 'string' ? [inner] : textsOf(inner),
  )
}
