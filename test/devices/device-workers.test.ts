/** Which kind of worker a device gets, and what it is told. */
import { expect, test, vi } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { hostOf, workerCatalogue, workerOptions } from '../../src/devices/device-workers.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import type { PlanTarget } from '../../src/engine/networks/plan/unet-variant.ts'
import { openPainter, painterSetup } from '../../src/engine/pipeline/open-painter.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { readDemoRecord } from '../helpers/models/demo-record.ts'
import { alikeEverywhere } from '../helpers/models/full-size.ts'
import { aPaintOrder } from '../helpers/work-orders.ts'

/** What the U-Nets' variants were chosen by. */
const targets = vi.hoisted((): PlanTarget[] => [])
vi.mock('../../src/engine/networks/plan/unet-variant.ts', async original => {
  const actual = await original<typeof import('../../src/engine/networks/plan/unet-variant.ts')>()
  const unetVariant: typeof actual.unetVariant = (config, target, build) => {
    targets.push(target)
    return actual.unetVariant(config, target, build)
  }
  return { ...actual, unetVariant }
})

const demo = await readDemoRecord()
const { limits } = loadConfig(packageRoot, packageRoot)

test('on the CPU a thread, or what the configuration says, where everything stays open', () => {
  expect(hostOf({ name: 'cpu', memoryBytes: 1e9 }, [demo])).toBe('thread')
  expect(hostOf({ name: 'cpu' }, [demo])).toBe('thread')
  expect(hostOf({ name: 'cpu', host: 'process', memoryBytes: 1e9 }, [demo])).toBe('process')
})

test('a process where the networks of a model take turns, since only there is freed memory given back', () => {
  const need = alikeEverywhere({ openingBytes: 6e9, weightBytes: 5e9, bytesPerPixel: 0 })
  const large: ModelRecord = { ...demo, needs: [need], refiner: { ...demo.refiner, needs: [need] } }
  expect(hostOf({ name: 'cpu', memoryBytes: 13e9 }, [large])).toBe('thread')
  expect(hostOf({ name: 'cpu', memoryBytes: 11e9 }, [large])).toBe('process')
  expect(hostOf({ name: 'cpu', host: 'thread', memoryBytes: 11e9 }, [large])).toBe('thread')
})

test('float32 on a card is not TF32, unless the environment says so; float16 leaves it to the libraries', () => {
  const catalogue = workerCatalogue({ models: [demo], files: [] }, limits)
  const overrideOf = (precision: 'auto' | 'float32' | 'float16', env = {}) =>
    workerOptions({ name: 'cuda:0', threads: 0, precision }, catalogue, env).env.NVIDIA_TF32_OVERRIDE
  expect(overrideOf('float32')).toBe('0')
  expect(overrideOf('float32', { NVIDIA_TF32_OVERRIDE: '1' })).toBe('1')
  expect([overrideOf('auto'), overrideOf('float16')]).toEqual([undefined, undefined])
})

test('the largest picture of the configuration and the budget of the device reach the choice of the U-Net’s variant', async () => {
  const device = { name: 'cpu', threads: 2, precision: 'auto', memoryBytes: 5e9 } as const
  const catalogue = workerCatalogue({ models: [demo], files: [] }, { maxPixels: 1536 ** 2 })
  // As it reaches the worker.
  const setup = painterSetup.parse(structuredClone(workerOptions(device, catalogue, {}).setup))
  const painter = await openPainter(setup, () => 0)
  const isPlanned = new Error('the model is planned and opens')
  const onLoading = () => {
    throw isPlanned
  }
  const hooks = { signal: new AbortController().signal, onLoading, onStep: async () => {} }
  const order = aPaintOrder({ model: { name: demo.name, hash: demo.hash }, widthPx: 64, heightPx: 64 })
  // Those of the scan.
  targets.length = 0
  await expect(painter.paint(order, {}, hooks)).rejects.toBe(isPlanned)
  await painter.close()
  expect(targets).toMatchObject([{ maxPixels: 1536 ** 2, memoryBytes: 5e9 }])
})
