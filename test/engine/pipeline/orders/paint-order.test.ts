/** Promises of whole orders: what a mask keeps stays, and ControlNets and image prompts act where they are asked for, and only there. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { encodePicture } from '../../../../src/engine/image/encode.ts'
import { memoryHashCache } from '../../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../../src/engine/models/library.ts'
import { openPainter } from '../../../../src/engine/pipeline/open-painter.ts'
import { stepsFinished } from '../../../../src/engine/pipeline/orders/paint-context.ts'
import type { Painter } from '../../../../src/engine/pipeline/painter.ts'
import { type ModelReference, paintOrder } from '../../../../src/engine/work-order.ts'
import type { AppError } from '../../../../src/errors/errors.ts'
import { goldenFolder } from '../../../helpers/models/golden-folder.ts'
import { buildTinyAddOns, readTinyAddOns } from '../../../helpers/models/tiny-add-ons.ts'
import { readFixture } from '../../../helpers/pictures/fixtures.ts'
import { aNoisyPicture } from '../../../helpers/pictures/pictures.ts'

let folder: string
let painter: Painter
let model: ModelReference
let hashOf: (file: string) => string
let sources: Record<string, Uint8Array>
const loaded: string[] = []
let told: [step: number, steps: number][] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'easel-paint-order-'))
  const golden = await goldenFolder('oracle').models()
  cpSync(join(golden, 'tiny-base'), join(folder, 'models/tiny-base'), { recursive: true })
  const { models } = await readModels({
    roots: [join(folder, 'models')],
    linkTargets: [],
    cache: memoryHashCache(),
  })
  const tiny = models.find(({ name }) => name === 'tiny-base')
  if (!tiny) throw new Error('there is no tiny-base')
  model = { name: tiny.name, hash: tiny.hash }
  await buildTinyAddOns(join(folder, 'add-ons'))
  const files = await readTinyAddOns(join(folder, 'add-ons'))
  hashOf = name => files.find(file => file.name === name)?.hash ?? ''
  painter = await openPainter(
    { device: 'cpu', threads: 2, maxPixels: 1024 ** 2, version: 'Easel', models: [tiny], files },
    () => 0,
  )
  sources = {
    noise: (await encodePicture(aNoisyPicture(97, 61), 'png', undefined)).bytes,
    disc: readFixture('mask-alpha.png'),
  }
})
afterAll(async () => {
  await painter?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function paint(changes: Partial<z.input<typeof paintOrder>> = {}): Promise<Sharp> {
  const order = paintOrder.parse({
    kind: 'paint',
    model,
    prompt: { positive: 'a small boat', negative: null },
    widthPx: 96,
    heightPx: 64,
    count: 1,
    seed: 1,
    sampling: { sampler: 'euler', steps: 2, guidance: 5 },
    ...changes,
  })
  loaded.length = 0
  told = []
  const outcome = await painter.paint(order, sources, {
    signal: new AbortController().signal,
    onLoading: name => loaded.push(name),
    onStep: async (step, steps) => void told.push([step, steps]),
  })
  const file = outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
  if (!file) throw new Error('nothing was painted')
  return sharp(file)
}

const pixels = async (changes?: Parameters<typeof paint>[0]) => [
  ...(await (await paint(changes)).raw().toBuffer()),
]

describe('under a mask', () => {
  const source = { pictureId: 'noise', strength: 0.9, maskId: 'disc' }

  test('only the disc of a white disc on nothing is painted, around it the source stays to the last bit', async () => {
    const inpainting = { softEdgePx: 0, onlyMasked: { paddingPx: 8, widthPx: 64, heightPx: 64 } }
    const painted = await paint({ source: { ...source, inpainting } })
    const { data, info } = await painted.raw().toBuffer({ resolveWithObject: true })
    expect([info.width, info.height]).toEqual([97, 61])
    const before = aNoisyPicture(97, 61).data
    const mask = await sharp(sources.disc)
      .flatten({ background: 'black' })
      .removeAlpha()
      .resize(97, 61, { fit: 'fill' })
      .raw()
      .toBuffer()
    const differing = [...data.keys()].filter(i => data[i] !== before[i])
    expect(differing.length).toBeGreaterThan(200)
    // The edge of the disc is resampled a little differently by sharp: only what is clearly outside is judged.
    for (const i of differing) expect(mask[i]).toBeGreaterThan(0)
    expect(mask.filter(value => value === 0).length).toBeGreaterThan(1000)
  })

  test('an order from before pasting back means what it meant: white all over, nothing pasted', async () => {
    const old = await pixels({ source })
    expect(old).not.toEqual(await pixels({ source: { ...source, inpainting: { softEdgePx: 0 } } }))
    expect(old).toEqual(await pixels({ source }))
  })
})

describe('a ControlNet', () => {
  const controlOf = () =>
    ({
      model: { name: 'net-b', hash: hashOf('net-b') },
      pictureId: 'noise',
      preprocessor: 'none',
      scale: 1,
      start: 0,
      end: 1,
      guess: false,
    }) as const

  test('changes the picture, by its picture, its preprocessor, its scale and its range', async () => {
    const control = controlOf()
    const variants = await Promise.all(
      [
        {},
        { controls: [control] },
        { controls: [{ ...control, preprocessor: 'canny' as const }] },
        { controls: [{ ...control, scale: 0.4 }] },
        { controls: [{ ...control, end: 0.5 }] },
        { controls: [{ ...control, guess: true }] },
        { controls: [control, { ...control, preprocessor: 'blur' as const }] },
      ].map(changes => pixels(changes)),
    )
    expect(new Set(variants.map(data => data.join())).size).toBe(variants.length)
  })

  test('of scale 0, or of an empty range, changes nothing', async () => {
    const control = controlOf()
    const plain = await pixels()
    expect(await pixels({ controls: [{ ...control, scale: 0 }] })).toEqual(plain)
    expect(await pixels({ controls: [{ ...control, start: 1, end: 0 }] })).toEqual(plain)
  })

  test('that is unknown or has changed is named', async () => {
    const control = controlOf()
    const withModel = (changed: ModelReference) => paint({ controls: [{ ...control, model: changed }] })
    await expect(withModel({ name: 'gone', hash: 'x' })).rejects.toMatchObject({
      code: 'model-unknown',
      details: { name: 'gone', known: ['net-a-original', 'net-b'] },
    } satisfies Partial<AppError<'model-unknown'>>)
    await expect(withModel({ name: 'net-b', hash: 'other' })).rejects.toMatchObject({ code: 'model-changed' })
  })
})

describe('an image prompt', () => {
  const prompt = (name: string, scale = 1) => ({
    model: { name, hash: hashOf(name) },
    pictureId: 'noise',
    scale,
  })

  test('changes the picture, and after it a picture without one is the same as before', async () => {
    const before = await pixels()
    const plain = await pixels({ imagePrompts: [prompt('ip-adapter')] })
    const plus = await pixels({ imagePrompts: [prompt('ip-adapter-plus')] })
    const both = await pixels({ imagePrompts: [prompt('ip-adapter'), prompt('ip-adapter-plus')] })
    expect(new Set([before, plain, plus, both].map(data => data.join())).size).toBe(4)
    expect(await pixels({ imagePrompts: [prompt('ip-adapter', 0)] })).toEqual(before)
    expect(await pixels()).toEqual(before)
  })

  test('says when it loads, and a second picture with the same adapter loads nothing', async () => {
    await pixels({ imagePrompts: [prompt('ip-adapter', 0.5)] })
    expect(loaded).toContain(model.name)
    await pixels({ imagePrompts: [prompt('ip-adapter', 0.7)], seed: 5 })
    expect(loaded).toEqual([])
  })
})

describe('the steps that are told', () => {
  test.each([
    // Of 3 steps A1111's UniPC makes 4 model calls, PNDM 4, Heun 5.
    ['unipc_bh1', {}],
    ['pndm', {}],
    ['heun', {}],
    ['unipc_bh1', { source: { pictureId: 'noise', strength: 1 } }],
  ])('of 3 steps of %s, %j, are 3', async (sampler, changes) => {
    await paint({ ...changes, sampling: { sampler, steps: 3, guidance: 5 } })
    expect(told).toEqual([1, 2, 3].map(step => [step, 3]))
  })

  test('of a pass after the picture are the steps of that pass', async () => {
    const after = { steps: 3, strength: 1, guidance: 5, aesthetic: { positive: 6, negative: 2.5 } }
    const sampling = { sampler: 'unipc_bh1', steps: 2, guidance: 5 }
    await paint({ sampling, refinement: { way: 'after', model, ...after } })
    expect(told).toEqual([1, 2, 3, 4, 5].map(step => [step, 5]))
  })

  test('are all told where one model call finishes two of them', () => {
    expect([1, 2, 3, 4].map(call => stepsFinished(call, 4, 5))).toEqual([1, 2, 1, 1])
  })
})
