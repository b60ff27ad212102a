/** A picture that fits into no device's memory is refused before it is accepted; one that fits is not. */
import { describe, expect, test } from 'vitest'
import { memoryProblem, modelMemoryProblem } from '../../../src/app/checks/check-memory.ts'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import type { NetworkNeed } from '../../../src/engine/networks/memory/working-memory.ts'
import type { FileReference, PaintOrder } from '../../../src/engine/work-order.ts'
import { readDemoRecord } from '../../helpers/models/demo-record.ts'
import { alikeEverywhere, asFullSize } from '../../helpers/models/full-size.ts'
import { aCascadeOf, aSquareOf } from '../../helpers/work-orders.ts'

const gb = 1e9
const demo = await readDemoRecord()

/** A CPU with so many GB. */
const cpu = (gbs: number) => ({ name: 'cpu', memoryKind: 'cpu', memoryBytes: gbs * gb }) as const

/** The demo model, as large as SDXL. */
const sdxl: ModelRecord = {
  ...demo,
  needs: [
    alikeEverywhere({ openingBytes: 3.2 * gb, weightBytes: 2.8 * gb, bytesPerPixel: 0 }, 'text-encoder'),
    alikeEverywhere({ openingBytes: 11.8 * gb, weightBytes: 10.3 * gb, bytesPerPixel: 4000 }),
    alikeEverywhere(
      { openingBytes: 0.4 * gb, weightBytes: 0.3 * gb, bytesPerPixel: 6000, maxPixels: 2 * 1024 ** 2 },
      'vae',
    ),
  ],
  refiner: {
    ...demo.refiner,
    needs: [alikeEverywhere({ openingBytes: 20 * gb, weightBytes: 18 * gb, bytesPerPixel: 4000 })],
  },
}
const order = aSquareOf(sdxl, 1024)

test('the scan records the memory that each network needs', () => {
  expect(demo.needs).toHaveLength(5)
  expect(demo.refiner?.needs).toHaveLength(4)
  for (const { openingBytes, weightBytes } of demo.needs ?? [])
    expect(openingBytes).toBeGreaterThan(weightBytes)
})

test('the device with the most memory decides, and says what is needed and what there is', () => {
  const small = cpu(8)
  expect(
    memoryProblem([order], { models: [sdxl] }, [small, { name: 'cuda:0', memoryBytes: 15 * gb }]),
  ).toBeUndefined()
  expect(
    memoryProblem([order], { models: [sdxl] }, [small, { name: 'cuda:0', memoryBytes: 12 * gb }]),
  ).toEqual({
    code: 'memory-too-small',
    details: { device: 'cuda:0', neededBytes: 10.3 * gb + 4000 * 1024 ** 2, budgetBytes: 12 * gb },
  })
})

test('a model that fits nowhere at its own size is known at the start', () => {
  expect(modelMemoryProblem(demo, [cpu(0.001)])?.code).toBe('memory-too-small')
  expect(modelMemoryProblem(demo, [cpu(1)])).toBeUndefined()
})

test('a device without a limit takes everything', () => {
  const devices = [cpu(1), { name: 'cuda:0' }]
  expect(memoryProblem([order], { models: [sdxl] }, devices)).toBeUndefined()
})

test('the Refiner counts where it takes part, and the VAE of a large picture by its tiles', () => {
  const devices = [cpu(16.5)]
  expect(memoryProblem([aCascadeOf(sdxl, 1024)], { models: [sdxl] }, devices)?.code).toBe('memory-too-small')
  // 4000² pixels at once would need 96 GB of the VAE.
  const large = { ...order, widthPx: 1200, heightPx: 1200 }
  expect(memoryProblem([large], { models: [sdxl] }, devices)).toBeUndefined()
  expect(
    memoryProblem([{ ...order, widthPx: 4000, heightPx: 4000 }], { models: [sdxl] }, [cpu(75)]),
  ).toBeUndefined()
})

describe('what is used with the model', () => {
  const fileOf = (kind: FileRecord['kind'], needs: Pick<FileRecord, 'needs' | 'inUNet'>): FileRecord => {
    return { kind, name: kind, family: 'SDXL', hash: `hash of ${kind}`, storage: demo.storage, ...needs }
  }
  const alone = (gbs: number, network: NetworkNeed['network']) =>
    alikeEverywhere({ openingBytes: gbs * gb, weightBytes: gbs * gb, bytesPerPixel: 0 }, network)
  const control = { pictureId: 'a', preprocessor: 'none', scale: 1, start: 0, end: 1, guess: false } as const
  /** The least memory with which an order is accepted, in GB. */
  const neededGb = (changes: Partial<PaintOrder>, file: FileRecord) => {
    const found = memoryProblem([{ ...order, ...changes }], { models: [sdxl], files: [file] }, [cpu(0)])
    return found?.code === 'memory-too-small' ? Number(Object(found.details).neededBytes) / gb : 0
  }
  const withoutGb = 10.3 + (4000 * 1024 ** 2) / gb

  test('an IP-Adapter’s matrices are in the U-Net, once for each file, and its encoder takes turns with it', () => {
    const adapter = fileOf('ip-adapter', { needs: [alone(7, 'image-encoder')], inUNet: alone(1.4, 'unet') })
    const imagePrompts = ['a', 'b'].map(pictureId => ({ model: adapter, pictureId, scale: 1 }))
    expect(neededGb({}, adapter)).toBeCloseTo(withoutGb)
    expect(neededGb({ imagePrompts }, adapter)).toBeCloseTo(withoutGb + 1.4)
    const largest = fileOf('ip-adapter', { needs: [alone(20, 'image-encoder')], inUNet: alone(1.4, 'unet') })
    expect(neededGb({ imagePrompts }, largest)).toBeCloseTo(20)
  })

  test('a ControlNet takes turns with the U-Net', () => {
    const controls = (model: FileRecord) => [{ model, ...control }]
    const [small, large] = [5, 16].map(gbs => fileOf('controlnet', { needs: [alone(gbs, 'controlnet')] }))
    if (!small || !large) throw new Error('two are made')
    expect(neededGb({ controls: controls(small) }, small)).toBeCloseTo(withoutGb)
    expect(neededGb({ controls: controls(large) }, large)).toBeCloseTo(16)
  })

  test('a VAE for one order counts in the place of the model’s own', () => {
    const wide = alikeEverywhere({ openingBytes: 0, weightBytes: 0, bytesPerPixel: 20_000 }, 'vae')
    const replaced = (vae: FileReference) => ({
      model: { ...order.model, vae },
      widthPx: 4096,
      heightPx: 4096,
    })
    expect(neededGb(replaced(order.model), fileOf('vae', {}))).toBeCloseTo(10.3 + (4000 * 4096 ** 2) / gb)
    const vae = fileOf('vae', { needs: [wide] })
    expect(neededGb(replaced(vae), vae)).toBeCloseTo((20_000 * 4096 ** 2) / gb)
  })
})

test('the one with less memory decides where only it needs less', () => {
  const onCpu = cpu(11.5)
  const need = alikeEverywhere({ openingBytes: 12 * gb, weightBytes: 10 * gb, bytesPerPixel: 0 })
  const { onCard } = alikeEverywhere({ openingBytes: 5 * gb, weightBytes: 5 * gb, bytesPerPixel: 0 })
  const model: ModelRecord = { ...sdxl, needs: [{ ...need, onCard }] }
  expect(memoryProblem([order], { models: [model] }, [onCpu])?.code).toBe('memory-too-small')
  expect(
    memoryProblem([order], { models: [model] }, [onCpu, { name: 'cuda:0', memoryBytes: 6 * gb }]),
  ).toBeUndefined()
})

describe('a graphics card', () => {
  const gib = 2 ** 30
  const fullSize = asFullSize(demo)
  const problemOn = (gibs: number, sidePx: number, precision?: 'float32' | 'float16') => {
    const card = { name: 'cuda:0', memoryBytes: gibs * gib, ...(precision && { memoryKind: precision }) }
    return memoryProblem([aCascadeOf(fullSize, sidePx)], { models: [fullSize] }, [card])?.details
  }

  test.each([
    [6, 1024, undefined],
    [7, 2048, 'float16'],
    [11, 1024, 'float32'],
    [12, 2048, 'float32'],
  ] as const)(
    'of %d GiB is not refused the cascade at %d px in %s: it may paint with less memory',
    (gibs, side, precision) => {
      expect(problemOn(gibs, side, precision)).toBeUndefined()
    },
  )

  test.each([
    ['float16, its choice', 5, 1024, undefined, 5.04],
    ['float32', 10, 1024, 'float32', 10.07],
    ['float16 for a larger picture', 5.5, 2048, 'float16', 5.8],
  ] as const)(
    'is refused what its weights and one row do not fit in: %s',
    (_, gibs, side, precision, needed) => {
      const neededBytes = expect.closeTo(needed * gib, -7)
      expect(problemOn(gibs, side, precision)).toEqual({
        device: 'cuda:0',
        neededBytes,
        budgetBytes: gibs * gib,
      })
    },
  )
})
