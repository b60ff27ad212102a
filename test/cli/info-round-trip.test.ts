/**
 * What Info prints makes the same order again: through the picture's own text, a shell, the grammar and its resolution. The
 * same order gives the same bytes (test/engine/pipeline/random-orders.test.ts); info-bytes.test.ts compares them.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commandOf } from '../../src/cli/commands/info.ts'
import {
  buildParameters,
  parseParameters,
  workOrderOf,
} from '../../src/engine/image/parameters/parameters.ts'
import type { FileRecord } from '../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { parametersOfPicture } from '../../src/engine/pipeline/picture-parameters.ts'
import type { WorkOrder } from '../../src/engine/work-order.ts'
import { fakeExpertParts, fakeStorage } from '../fakes/fake-models.ts'
import { demoModel } from '../helpers/build-test-easel.ts'
import { randomRequest } from '../helpers/random/random-requests.ts'
import { roundTrip } from '../helpers/random/round-trip.ts'

const shape = { cross_attention_dim: 2048, block_out_channels: [320, 640, 1280], layers_per_block: 2 }
const { networks } = fakeExpertParts
const model: ModelRecord = {
  ...demoModel,
  parts: { ...fakeExpertParts, networks: { ...networks, unet: { ...networks.unet, config: shape } } },
}
const net: FileRecord = {
  kind: 'controlnet',
  name: 'edges net',
  family: 'SDXL',
  hash: 'net-hash',
  storage: fakeStorage,
  controlNet: { ...networks.unet, config: shape },
}
const lora: FileRecord = { kind: 'lora', name: 'art/pixel', family: 'SDXL', hash: 'ab', storage: fakeStorage }
const adapter: FileRecord = {
  kind: 'ip-adapter',
  name: 'plus, face',
  family: 'SDXL',
  hash: 'adapter-hash',
  storage: fakeStorage,
  ipAdapter: { weights: networks.unet.weights, encoder: networks.unet, contextWidth: 2048 },
}
const vae: FileRecord = {
  kind: 'vae',
  name: 'sharp "vae"',
  family: 'SDXL',
  hash: 'vae-hash',
  storage: fakeStorage,
  vae: networks.vae,
}
const embedding: FileRecord = {
  kind: 'embedding',
  name: 'my-cat',
  family: 'SDXL',
  hash: 'cat-hash',
  storage: fakeStorage,
  embedding: [
    { tensor: 'clip_l', vectors: 2, width: 768, encoder: 'first' },
    { tensor: 'clip_g', vectors: 2, width: 1280, encoder: 'second' },
  ],
}
const catalogue = { models: [model], files: [net, lora, adapter, vae, embedding] }

const aFile = (id: string) => ({
  kind: 'bytes' as const,
  id,
  bytes: Buffer.from(id),
  widthPx: 128,
  heightPx: 128,
})
const [first, second, mask] = [aFile('first'), aFile('second'), aFile('mask')]
const { orderOf, repeated, sources } = roundTrip(catalogue, [first, second, mask])

/** The order that a picture has inside, after its text was written and read. */
function orderInPicture(order: WorkOrder): WorkOrder | undefined {
  const parameters = parametersOfPicture(order, 0, sources, { version: 'Easel', upscaler: 'Lanczos' })
  return workOrderOf(parseParameters(buildParameters(parameters)))
}

const request = randomRequest({
  names: { vae: vae.name, loras: [lora.name], controls: [net.name], adapters: [adapter.name] },
  pictures: [first, second],
  mask,
  sizesPx: { widths: [64, 128, 136], heights: [64, 128] },
  mostSteps: 150,
})

test('200 random orders', { timeout: 120_000 }, () => {
  const seed = Number(process.env.EASEL_FUZZ_SEED) || Date.now() % 2 ** 31
  console.log(`round trips of Info: EASEL_FUZZ_SEED=${seed}`)
  fc.assert(
    fc.property(request, wish => {
      const order = orderOf(wish)
      fc.pre(order !== undefined)
      if (!order) return
      const painted = orderInPicture(order)
      if (painted?.kind !== 'paint') throw new Error('the picture has lost its order')
      const command = commandOf(painted)
      const again = repeated(command, painted)
      expect(again && orderInPicture(again), command).toEqual(painted)
    }),
    { numRuns: 200, seed },
  )
})
