/** The common parts of end-to-end cases of both parts: the scheduler and the comparison. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type ModelSchedule, parseSchedule } from '../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { type Check, compare, comparePictures } from '../case.ts'
import type { OracleFolder } from '../folder.ts'
import type { Tensors } from '../tensors.ts'
import { type Arguments, type E2eCase, type NamedScheduler, valuesDrawn } from './e2e-request.ts'
import type { Outcome } from './run-pipeline.ts'

/** from_config of the Base's scheduler_config.json with the case's extra keys. */
export async function scheduleFrom(
  oracle: OracleFolder,
  { cls, extra }: NamedScheduler,
  { eta = 0, timesteps }: Arguments,
): Promise<ModelSchedule> {
  const file = join(await oracle.model('base'), 'scheduler', 'scheduler_config.json')
  const own = z.record(z.string(), z.unknown()).parse(JSON.parse(await readFile(file, 'utf8')))
  const schedule = parseSchedule({ ...own, ...extra, _class_name: cls }, file)
  if (schedule.notBuilt) throw new Error(`no sampler stands for ${cls}`)
  // The pipelines hand their own eta, 0 unless told otherwise, to every sampler that takes one, TCD's included.
  return { ...schedule, config: { ...schedule.config, eta, timesteps } }
}

/** limit: of the latents. */
export async function compareOutcome(
  ours: Outcome,
  one: Pick<E2eCase, 'timesteps' | 'draws_in_order'>,
  golden: Tensors,
  limit: number,
): Promise<Check[]> {
  const checks = [
    compare('timesteps', ours.timesteps, one.timesteps, one.timesteps.every(Number.isInteger) ? 0 : 1e-2),
    compare('numbers drawn', [ours.drawn], [valuesDrawn(one)], 0),
    compare('final latents', ours.latents, golden.floats('final_latents'), limit),
  ]
  if (golden.has('latents_after_step')) {
    checks.push(
      compare('latents after each step', ours.afterStep, golden.floats('latents_after_step'), limit),
    )
  }
  if (golden.has('image_uint8_nhwc')) {
    checks.push(comparePictures('picture', await ours.bytes(), golden.get('image_uint8_nhwc').data))
  }
  return checks
}
