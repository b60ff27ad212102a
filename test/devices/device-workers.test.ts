/** Which kind of worker a device gets. */
import { expect, test } from 'vitest'
import { hostOf, workerOptions } from '../../src/devices/device-workers.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { painterSetup } from '../../src/engine/pipeline/open-painter.ts'
import { readDemoRecord } from '../helpers/models/demo-record.ts'
import { onCardAs } from '../helpers/models/full-size.ts'

const demo = await readDemoRecord()

test('on the CPU a thread, or what the configuration says, where everything stays open', () => {
  expect(hostOf({ name: 'cpu', memoryBytes: 1e9 }, [demo])).toBe('thread')
  expect(hostOf({ name: 'cpu' }, [demo])).toBe('thread')
  expect(hostOf({ name: 'cpu', host: 'process', memoryBytes: 1e9 }, [demo])).toBe('process')
})

test('a process where the networks of a model take turns, since only there is freed memory given back', () => {
  const alone = { openingBytes: 6e9, weightBytes: 5e9, bytesPerPixel: 0 }
  const need = { ...alone, onCard: onCardAs(alone) }
  const large: ModelRecord = { ...demo, needs: [need], refiner: { ...demo.refiner, needs: [need] } }
  expect(hostOf({ name: 'cpu', memoryBytes: 13e9 }, [large])).toBe('thread')
  expect(hostOf({ name: 'cpu', memoryBytes: 11e9 }, [large])).toBe('process')
  expect(hostOf({ name: 'cpu', host: 'thread', memoryBytes: 11e9 }, [large])).toBe('thread')
})

test('float32 on a card is not TF32, unless the environment says so; float16 leaves it to the libraries', () => {
  const catalogue = { models: [demo], files: [] }
  const overrideOf = (precision: 'auto' | 'float32' | 'float16', env = {}) =>
    workerOptions({ name: 'cuda:0', threads: 0, precision }, catalogue, env).env.NVIDIA_TF32_OVERRIDE
  expect(overrideOf('float32')).toBe('0')
  expect(overrideOf('float32', { NVIDIA_TF32_OVERRIDE: '1' })).toBe('1')
  expect([overrideOf('auto'), overrideOf('float16')]).toEqual([undefined, undefined])
})

test('a worker knows the largest picture that may be asked for, for which its networks leave room', () => {
  const catalogue = { models: [demo], files: [], maxPixels: 1024 ** 2 }
  const { setup } = workerOptions({ name: 'cpu', threads: 0, precision: 'auto' }, catalogue, {})
  expect(painterSetup.parse(setup).maxPixels).toBe(1024 ** 2)
})
