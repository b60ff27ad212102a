/** Promises of single-file checkpoints: the schedule that their markers stand for. */
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { describeCheckpointFile } from '../../../../src/engine/models/checkpoint/checkpoint-file.ts'
import { memoryHashCache } from '../../../../src/engine/models/hashes/hash-cache.ts'
import { readSafetensorsHeader } from '../../../../src/engine/weights/safetensors.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

/** The schedule's configuration of a checkpoint with these marker tensors and metadata. */
async function scheduleOf(markers: readonly string[], metadata: Readonly<Record<string, string>> = {}) {
  const folder = realpathSync(tempFolder())
  const file = join(folder, 'model.safetensors')
  const marker = { dtype: 'F32', shape: [1], bytes: floats(1) }
  writeSafetensors(file, Object.fromEntries(['weight', ...markers].map(name => [name, marker])))
  const { tensors } = await readSafetensorsHeader(file)
  const hasher = { cache: memoryHashCache(), allowed: [folder] }
  const { schedule } = await describeCheckpointFile(file, { tensors, metadata }, hasher)
  return schedule.config
}

test('v-prediction is read from its marker tensor, and with it zero terminal SNR', async () => {
  expect(await scheduleOf(['v_pred'])).toMatchObject({
    prediction_type: 'v_prediction',
    rescale_betas_zero_snr: false,
  })
  expect(await scheduleOf(['v_pred', 'ztsnr'])).toMatchObject({
    prediction_type: 'v_prediction',
    rescale_betas_zero_snr: true,
  })
})

test.each([
  ['v', 'v_prediction'],
  ['V', 'v_prediction'],
  ['v_prediction', 'v_prediction'],
  ['v-prediction', 'v_prediction'],
  ['V Prediction', 'v_prediction'],
  ['vpred', 'v_prediction'],
  ['epsilon', 'epsilon'],
  ['velocity', 'epsilon'],
  ['', 'epsilon'],
])('modelspec’s prediction type “%s” is %s', async (said, prediction) => {
  const schedule = await scheduleOf([], { 'modelspec.prediction_type': said })
  expect(schedule.prediction_type).toBe(prediction)
})

test('zero terminal SNR without v-prediction leaves the schedule as it is', async () => {
  expect(await scheduleOf(['ztsnr'])).toEqual(await scheduleOf([]))
})

test('Playground’s schedule needs both of its markers', async () => {
  expect((await scheduleOf(['edm_mean', 'edm_std']))._class_name).toBe('EDMDPMSolverMultistepScheduler')
  expect(await scheduleOf(['edm_mean'])).toEqual(await scheduleOf([]))
})
