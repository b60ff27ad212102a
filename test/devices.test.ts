/** Which kind of worker a device gets. */
import { expect, test } from 'vitest'
import { hostOf } from '../src/devices.ts'
import type { ModelRecord } from '../src/engine/models/record.ts'
import { readLibrary } from '../src/model-library.ts'
import { packageRoot } from '../src/paths.ts'
import { tempFolder } from './helpers/temp-folder.ts'

const { models } = await readLibrary({
  modelsDir: `${packageRoot}/models`,
  extraModelDirs: [],
  modelLinkTargets: [],
  dataDir: tempFolder(),
  models: {},
})

test('on the CPU a thread, or what the configuration says, where everything stays open', () => {
  expect(hostOf({ name: 'cpu' }, models, 1e9)).toBe('thread')
  expect(hostOf({ name: 'cpu' }, models)).toBe('thread')
  expect(hostOf({ name: 'cpu', host: 'process' }, models, 1e9)).toBe('process')
})

test('a process where the networks of a model take turns, since only there is freed memory given back', () => {
  const [demo] = models
  if (!demo?.refiner) throw new Error('the demo model has no Refiner')
  const need = { openingBytes: 6e9, weightBytes: 5e9, bytesPerPixel: 0 }
  const large: ModelRecord = { ...demo, needs: [need], refiner: { ...demo.refiner, needs: [need] } }
  expect(hostOf({ name: 'cpu' }, [large], 13e9)).toBe('thread')
  expect(hostOf({ name: 'cpu' }, [large], 11e9)).toBe('process')
  expect(hostOf({ name: 'cpu', host: 'thread' }, [large], 11e9)).toBe('thread')
})
