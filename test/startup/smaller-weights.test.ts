/** Promises about models that are too large for every device. */
import { expect, test } from 'vitest'
import { modelMemoryProblem } from '../../src/app/checks/check-memory.ts'
import type { DeviceMemory } from '../../src/engine/jobs/job-fit.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { readLibrary } from '../../src/startup/model-library.ts'
import { fitsIn8Bits } from '../../src/startup/smaller-weights.ts'
import { modelsFolder } from '../helpers/models/oracle-models.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

async function demo(weights: 'float32' | 'int8'): Promise<ModelRecord> {
  const { models } = await readLibrary({
    modelsDir: modelsFolder({ tiny: 'models/demo' }),
    dataDir: tempFolder(),
    extraModelDirs: [],
    modelLinkTargets: [],
    models: { tiny: { weights } },
  })
  const [model] = models
  if (!model) throw new Error('the demo model is not in the library')
  return model
}

const cpu = (memoryBytes: number): DeviceMemory => ({ name: 'cpu', memoryBytes, memoryKind: 'cpu' })

/** The memory that a picture of the model's own size needs on a CPU. */
function neededBytes(model: ModelRecord): number {
  const problem = modelMemoryProblem(model, [cpu(1)])
  if (problem?.code !== 'memory-too-small') throw new Error('it fits in a byte')
  return problem.details.neededBytes
}

test('a model that only its 8-bit weights let fit is said to fit with them', async () => {
  const [whole, small] = [await demo('float32'), await demo('int8')]
  expect(neededBytes(small)).toBeLessThan(neededBytes(whole))
  expect(await fitsIn8Bits(whole, [cpu(neededBytes(small))])).toBe(true)
})

test('one that fits with neither, has them, or has GPUs alone, is not', async () => {
  const [whole, small] = [await demo('float32'), await demo('int8')]
  expect(await fitsIn8Bits(whole, [cpu(neededBytes(small) - 1)])).toBe(false)
  expect(await fitsIn8Bits(small, [cpu(neededBytes(small))])).toBe(false)
  const card = { name: 'cuda:0', memoryBytes: 1, memoryKind: 'float16' } as const
  expect(await fitsIn8Bits(whole, [card])).toBe(false)
})
