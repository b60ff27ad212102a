import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { rescalesToZeroSnr } from '../../../../src/engine/sampling/diffusers/scheduler-classes.ts'
import {
  configFor,
  parseSchedule,
  readScheduleJson,
  sdxlSchedule,
} from '../../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { betaQuantile } from '../../../../src/engine/sampling/noise/beta-quantile.ts'
import { findSampler, samplerName } from '../../../../src/engine/sampling/sampler-names.ts'
import { samplerKinds } from '../../../../src/engine/sampling/sampler-registry.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

/** What a file must say for its class to be read at all: the betas of latent diffusion. */
const betas = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear' }
const pndm = { _class_name: 'PNDMScheduler', skip_prk_steps: true }

describe('a missing key has the value of the class', () => {
  test.each([
    ['EulerDiscreteScheduler', { spacing: 'linspace', stepsOffset: 0, betaStart: 0.0001, betaEnd: 0.02 }],
    ['HeunDiscreteScheduler', { spacing: 'linspace', betaStart: 0.00085, betaSchedule: 'linear' }],
    ['DPMSolverMultistepScheduler', { spacing: 'linspace', finalSigma: 'zero' }],
    ['DDIMScheduler', { spacing: 'leading', setAlphaToOne: true, clipRange: 1 }],
    ['DDPMScheduler', { spacing: 'leading', clipRange: 1 }],
    ['LCMScheduler', { spacing: 'leading', setAlphaToOne: true, betaSchedule: 'scaled_linear' }],
    ['TCDScheduler', { originalSteps: 50, timestepScaling: 10 }],
  ])('%s', (className, config) => {
    const schedule = parseSchedule({ _class_name: className }, 'x')
    expect(schedule.config).toMatchObject(config)
    expect(schedule.notBuilt).toBeUndefined()
  })

  test('and not the one of the class that the file was made for, where another sampler is chosen', () => {
    const schedule = parseSchedule({ ...betas, _class_name: 'EulerDiscreteScheduler' }, 'x')
    const found = findSampler('ddim')
    if (found.kind === 'unknown') expect.fail()
    expect(configFor(schedule, found.choice.kind, false)).toMatchObject({
      spacing: 'leading',
      betaStart: 0.00085,
      clipRange: 1,
    })
  })
})

test.each(['dpmpp_2m', 'dpmpp_2m_sde', 'dpmpp_2m_sde_heun', 'dpmpp_singlestep', 'deis', 'unipc'])(
  '%s, named by a person, has its own order where the file says 3; UniPC has every order',
  name => {
    const schedule = parseSchedule({ ...betas, _class_name: 'UniPCMultistepScheduler', solver_order: 3 }, 'x')
    const found = findSampler(name)
    if (found.kind === 'unknown') expect.fail()
    const { rule } = configFor(schedule, found.choice.kind, false)
    expect(rule?.solverOrder).toBe(name === 'unipc' ? 3 : undefined)
  },
)

describe('the sampler of a file', () => {
  test.each([
    [{ _class_name: 'EulerAncestralDiscreteScheduler' }, 'euler_a'],
    [{ _class_name: 'DPMSolverMultistepScheduler', use_karras_sigmas: true }, 'dpmpp_2m_karras'],
    [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'sde-dpmsolver++' }, 'dpmpp_2m_sde'],
    [
      {
        _class_name: 'DPMSolverMultistepScheduler',
        algorithm_type: 'sde-dpmsolver++',
        solver_type: 'heun',
      },
      'dpmpp_2m_sde_heun',
    ],
    [
      {
        _class_name: 'DPMSolverMultistepScheduler',
        algorithm_type: 'deis',
        final_sigmas_type: 'sigma_min',
      },
      'dpmpp_2m',
    ],
    [pndm, 'pndm'],
    [{ _class_name: 'EDMEulerScheduler' }, 'euler'],
    [{ _class_name: 'EDMDPMSolverMultistepScheduler' }, 'dpmpp_2m'],
    [{ beta_end: 0.012 }, 'euler'],
  ])('%j is that of its class', (json, name) => {
    const schedule = parseSchedule(json, 'x')
    expect(samplerName(schedule.sampler)).toBe(name)
    expect(schedule.notBuilt).toBeUndefined()
  })

  test('every sampler that names a class of diffusers is found by it', () => {
    for (const { diffusersClass } of samplerKinds) {
      if (diffusersClass === undefined) continue
      const { sampler, notBuilt } = parseSchedule({ skip_prk_steps: true, _class_name: diffusersClass }, 'x')
      expect(sampler.kind.diffusersClass).toBe(diffusersClass)
      expect(notBuilt).toBeUndefined()
    }
  })
})

describe('what is not built is named, never passed over', () => {
  test.each([
    [{ beta_schedule: 'sigmoid' }, 'beta_schedule'],
    [{ trained_betas: [0.1] }, 'trained_betas'],
    [{ num_train_timesteps: 'many' }, 'num_train_timesteps'],
    [{ prediction_type: 'flow_prediction' }, 'prediction_type'],
    [{ _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 }, '_class_name'],
    // Nothing stands in for Euler, which stands in for all others.
    [{ interpolation_type: 'cubic' }, 'interpolation_type'],
    [{ timestep_type: 'random' }, 'timestep_type'],
    [{ sigma_min: -0.1 }, 'sigma_min'],
  ])('%j refuses the model', (json, key) => {
    expect(() => parseSchedule(json, 'scheduler_config.json')).toThrow(
      expect.objectContaining({ code: 'model-config', details: expect.objectContaining({ key }) }),
    )
  })

  test.each([
    [{ _class_name: 'PNDMScheduler', skip_prk_steps: false }, 'skip_prk_steps'],
    [{ _class_name: 'PNDMScheduler' }, 'skip_prk_steps'],
    [{ _class_name: 'UniPCMultistepScheduler', predict_x0: false }, 'predict_x0'],
    [{ _class_name: 'UniPCMultistepScheduler', solver_order: 4 }, 'solver_order'],
    [{ _class_name: 'UniPCMultistepScheduler', solver_type: 'bh3' }, 'solver_type'],
    [{ _class_name: 'DPMSolverMultistepScheduler', solver_order: 4 }, 'solver_order'],
    [
      { _class_name: 'DPMSolverMultistepScheduler', solver_order: 3, algorithm_type: 'sde-dpmsolver++' },
      'solver_order',
    ],
    [{ _class_name: 'UniPCMultistepScheduler', disable_corrector: [0] }, 'disable_corrector'],
    [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'dpmsolver' }, 'algorithm_type'],
    // The reference refuses "deis" for a run that ends at zero, its default.
    [{ _class_name: 'DPMSolverMultistepScheduler', algorithm_type: 'deis' }, 'final_sigmas_type'],
    [{ _class_name: 'EDMDPMSolverMultistepScheduler', algorithm_type: 'deis' }, 'final_sigmas_type'],
    [{ _class_name: 'DPMSolverSinglestepScheduler', algorithm_type: 'deis' }, 'algorithm_type'],
    // Thresholds above 1 are not built: they are quantiles of each picture's values.
    [{ _class_name: 'DDIMScheduler', thresholding: true, sample_max_value: 2 }, 'sample_max_value'],
    [{ _class_name: 'DEISMultistepScheduler', thresholding: true }, 'thresholding'],
    [{ _class_name: 'DPMSolverMultistepScheduler', use_flow_sigmas: true }, 'use_flow_sigmas'],
    [{ _class_name: 'DPMSolverSinglestepScheduler', solver_order: 3 }, 'solver_order'],
    [{ _class_name: 'UniPCMultistepScheduler', lower_order_final: false }, 'lower_order_final'],
    [{ _class_name: 'DEISMultistepScheduler', solver_order: 3 }, 'solver_order'],
    [{ _class_name: 'DDPMScheduler', variance_type: 'learned' }, 'variance_type'],
  ])('a key of the sampler, %j: another sampler stands in', (json, key) => {
    const { sampler, notBuilt } = parseSchedule({ ...betas, ...json }, 'x')
    expect(sampler.kind.name).toBe('euler')
    expect(notBuilt).toMatchObject({ what: 'key', key })
  })

  test('a class that is not built: another sampler stands in', () => {
    const { sampler, notBuilt } = parseSchedule({ ...betas, _class_name: 'SASolverScheduler' }, 'x')
    expect(sampler.kind.name).toBe('euler')
    expect(notBuilt).toEqual({ what: 'class', className: 'SASolverScheduler' })
  })

  test('a key that the class does not have means nothing, as in the reference', () => {
    const json = { ...betas, _class_name: 'EulerDiscreteScheduler', predict_x0: false, thresholding: true }
    expect(parseSchedule(json, 'x').notBuilt).toBeUndefined()
  })
})

describe('zero terminal SNR', () => {
  const json = { ...betas, rescale_betas_zero_snr: true, skip_prk_steps: true }
  test.each([
    ['EulerDiscreteScheduler', true],
    ['EulerAncestralDiscreteScheduler', true],
    ['DPMSolverMultistepScheduler', true],
    ['UniPCMultistepScheduler', true],
    ['DDIMScheduler', true],
    ['DDPMScheduler', true],
    ['LCMScheduler', true],
    ['TCDScheduler', true],
    ['PNDMScheduler', false],
    ['HeunDiscreteScheduler', false],
    ['LMSDiscreteScheduler', false],
    ['KDPM2DiscreteScheduler', false],
    ['KDPM2AncestralDiscreteScheduler', false],
    ['DPMSolverSinglestepScheduler', false],
    ['DEISMultistepScheduler', false],
  ])('%s applies it: %s', (className, applies) => {
    expect(parseSchedule({ ...json, _class_name: className }, 'x').config.zeroTerminalSnr).toBe(applies)
    expect(rescalesToZeroSnr(className)).toBe(applies)
  })
})

test("SDXL's own file is read to SDXL's numbers", () => {
  expect(sdxlSchedule).toMatchObject({
    ...{ trainTimesteps: 1000, betaStart: 0.00085, betaEnd: 0.012, betaSchedule: 'scaled_linear' },
    ...{ prediction: 'epsilon', spacing: 'leading', stepsOffset: 1, sigmas: 'plain' },
  })
})

test('a file as Python writes it, with an infinity, is read', async () => {
  const file = join(tempFolder(), 'scheduler_config.json')
  writeFileSync(
    file,
    '{ "_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "steps_offset": 1 }',
  )
  expect(samplerName(parseSchedule(await readScheduleJson(file), file).sampler)).toBe('dpmpp_2m')
})

test('betaQuantile inverts the arcsine law exactly: Beta(1/2, 1/2) has quantile sin²(πp/2)', () => {
  for (const p of [0, 0.01, 0.2, 0.5, 0.77, 0.999, 1]) {
    expect(betaQuantile(p, 0.5, 0.5)).toBeCloseTo(Math.sin((Math.PI * p) / 2) ** 2, 12)
  }
})

test.each(['__proto__', 'constructor', 'toString'])(
  'a class named %s, as every object has it, is named as unknown',
  name => {
    expect(() => parseSchedule({ _class_name: name }, 'x')).toThrow(
      expect.objectContaining({
        code: 'model-config',
        details: expect.objectContaining({ key: '_class_name' }),
      }),
    )
  },
)
