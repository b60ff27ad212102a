/** With which low-memory level a graphics card paints an order at once, by its budget. */
import { expect, test } from 'vitest'
import { budgetLevel } from '../../../src/engine/pipeline/budget-level.ts'
import type { PaintOrder } from '../../../src/engine/work-order.ts'
import { readDemoRecord } from '../../helpers/models/demo-record.ts'
import { alikeEverywhere, asFullSize } from '../../helpers/models/full-size.ts'
import { aSquareOf } from '../../helpers/work-orders.ts'

const gib = 2 ** 30
const demo = await readDemoRecord()
const sdxl = asFullSize(demo)

function levelOn(device: string, memoryBytes: number | undefined, sidePx: number, least: 0 | 1 | 2 = 0) {
  return budgetLevel(
    aSquareOf(sdxl, sidePx),
    { models: [sdxl] },
    { device, precision: 'float16', memoryBytes },
    least,
  )
}

test.each([
  ['all at once where each network fits alone', 7, 1024, 0],
  ['the VAE in tiles where only it does not fit', 7, 1440, 1],
  ['row by row where the U-Net does not fit', 7, 2048, 2],
  ['row by row too where nothing does: the card may have room', 3, 2048, 2],
  ['all at once without a budget', undefined, 2048, 0],
])('%s', (_, gibs, sidePx, level) => {
  expect(levelOn('cuda:0', gibs && gibs * gib, sidePx)).toBe(level)
})

test('what an IP-Adapter adds to the U-Net counts', () => {
  const inUNet = alikeEverywhere({ openingBytes: 0.65 * gib, weightBytes: 0.65 * gib, bytesPerPixel: 0 })
  const { storage } = demo
  const file = { kind: 'ip-adapter', name: 'a', family: 'SDXL', hash: 'adapter', storage, inUNet } as const
  const levelWith = (imagePrompts: PaintOrder['imagePrompts']) =>
    budgetLevel(
      { ...aSquareOf(sdxl, 1024), ...(imagePrompts && { imagePrompts }) },
      { models: [sdxl], files: [file] },
      { device: 'cuda:0', precision: 'float16', memoryBytes: 6.2 * gib },
      0,
    )
  expect(levelWith(undefined)).toBe(0)
  expect(levelWith([{ model: file, pictureId: 'p', scale: 1 }])).toBe(2)
})

test('what memory ran out for before is not tried again because of the budget', () => {
  expect(levelOn('cuda:0', 24 * gib, 1024, 1)).toBe(1)
  expect(levelOn('cuda:0', 7 * gib, 2048, 1)).toBe(2)
})

test('on a CPU the budget changes no picture', () => {
  expect(levelOn('cpu', 7 * gib, 2048)).toBe(0)
  expect(levelOn('cpu:1', 7 * gib, 2048, 2)).toBe(2)
})
