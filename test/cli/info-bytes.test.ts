/**
 * What Info prints of a picture paints the same bytes again: the picture's file is read, its command goes through a shell and
 * the grammar, and what comes of it is painted by the real engine. EASEL_ROUND_TRIPS sets how many orders.
 */
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { commandOf } from '../../src/cli/commands/info.ts'
import { encodePicture } from '../../src/engine/image/encode.ts'
import { workOrderOf } from '../../src/engine/image/parameters/parameters.ts'
import { readProvenance } from '../../src/engine/image/parameters/read-parameters.ts'
import type { Picture } from '../../src/engine/image/picture.ts'
import { memoryHashCache } from '../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../src/engine/models/library.ts'
import { openPainter } from '../../src/engine/pipeline/open-painter.ts'
import type { Painter } from '../../src/engine/pipeline/painter.ts'
import { type PaintOrder, sourcesOf } from '../../src/engine/work-order.ts'
import { modelsFolder, oracleCheckpoints, oracleModels } from '../helpers/models/oracle-models.ts'
import { buildTinyAddOns } from '../helpers/models/tiny-add-ons.ts'
import { aNoisyPicture, aPicture } from '../helpers/pictures/pictures.ts'
import { randomRequest } from '../helpers/random/random-requests.ts'
import { type PersonsFile, type RoundTrip, roundTrip } from '../helpers/random/round-trip.ts'

/** All of them in the long form. */
const orders = Number(process.env.EASEL_ROUND_TRIPS) || 8

const oracle = oracleModels()
const partTwo = oracleCheckpoints()
const loras = ['locon', 'te-only', 'dora-rows']
const root = mkdtempSync(join(tmpdir(), 'easel-info-'))
let painter: Painter
let trip: RoundTrip
const [first, second, mask] = [
  await aFile('first', aNoisyPicture(90, 64)),
  await aFile('second', aPicture(64, 96)),
  await aFile('mask', aNoisyPicture(33, 40)),
]

async function aFile(id: string, picture: Picture): Promise<PersonsFile> {
  const { bytes } = await encodePicture(picture, 'png', undefined)
  const { widthPx, heightPx } = picture
  return { kind: 'bytes', id, bytes: Buffer.from(bytes), widthPx, heightPx }
}

beforeAll(async () => {
  const tiny = await oracle.models()
  modelsFolder({ 'demo/base': `${tiny}/tiny-base`, 'demo/refiner': `${tiny}/tiny-refiner` }, root)
  await buildTinyAddOns(root)
  for (const kind of ['loras', 'embeddings', 'vae']) mkdirSync(join(root, kind))
  for (const name of loras) {
    copyFileSync(partTwo.path(`lora/${name}.safetensors`), join(root, 'loras', `${name}.safetensors`))
  }
  copyFileSync(partTwo.path('embeddings/my-cat.safetensors'), join(root, 'embeddings/my-cat.safetensors'))
  cpSync(`${tiny}/tiny-base/vae`, join(root, 'vae/sharp "vae"'), { recursive: true })
  const { models, files, unused } = await readModels({
    roots: [root],
    linkTargets: [],
    cache: memoryHashCache(),
  })
  expect([models.length, unused]).toEqual([1, []])
  trip = roundTrip({ models, files }, [first, second, mask])
  painter = await openPainter(
    { device: 'cpu', threads: 1, models, files, maxPixels: 1024 ** 2, version: 'Easel' },
    () => 0,
  )
})
afterAll(async () => {
  await painter?.close()
  rmSync(root, { recursive: true, force: true })
})

async function painted(order: PaintOrder): Promise<Uint8Array> {
  const needed = Object.fromEntries(sourcesOf(order).map(id => [id, trip.sources[id] ?? new Uint8Array()]))
  const outcome = await painter.paint(order, needed, {
    signal: new AbortController().signal,
    onLoading: () => undefined,
    onStep: async () => undefined,
  })
  const bytes = outcome.kind === 'painted' ? outcome.pictures[0]?.bytes : undefined
  if (!bytes) throw new Error('nothing was painted')
  return bytes
}

const request = randomRequest({
  names: {
    vae: 'sharp "vae"',
    loras,
    controls: ['net-b', 'net-a-original'],
    adapters: ['ip-adapter', 'ip-adapter-plus'],
  },
  pictures: [first, second],
  mask,
  sizesPx: { widths: [64], heights: [64] },
  mostSteps: 2,
})

test(`${orders} random orders, byte by byte`, { timeout: 3_600_000 }, async () => {
  const seed = Number(process.env.EASEL_FUZZ_SEED) || Date.now() % 2 ** 31
  let compared = 0
  await fc.assert(
    fc.asyncProperty(request, async wish => {
      const order = trip.orderOf(wish)
      fc.pre(order !== undefined)
      if (!order) return
      const file = await painted(order)
      const parameters = readProvenance(file)?.parameters
      const inside = parameters && workOrderOf(parameters)
      if (inside?.kind !== 'paint') throw new Error('the picture has lost its order')
      const command = commandOf(inside)
      const again = trip.repeated(command, inside)
      if (!again) throw new Error(`the command is refused: ${command}`)
      expect(Buffer.compare(await painted(again), file), command).toBe(0)
      compared += 1
    }),
    { numRuns: orders, seed },
  )
  console.log(`round trips: ${compared} pictures painted twice to the same bytes, EASEL_FUZZ_SEED=${seed}`)
})
