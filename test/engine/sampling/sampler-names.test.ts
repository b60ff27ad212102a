import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findSampler,
  findSchedule,
  samplerChoices,
  samplerLabel,
  samplerName,
} from '../../../src/engine/sampling/sampler-names.ts'

function found(text: string): string | undefined {
  const lookup = findSampler(text)
  return lookup.kind === 'found' ? samplerName(lookup.choice) : undefined
}

describe('findSchedule', () => {
  test.each([
    ['sgm_uniform', 'sgm_uniform'],
    ['SGM Uniform', 'sgm_uniform'],
    ['Uniform', 'normal'],
    ['KL Optimal', 'kl_optimal'],
    ['Align Your Steps', 'ays'],
    ['DDIM', 'ddim_uniform'],
    ['Beta', 'beta'],
  ])('understands %s', (text, name) =>
    expect(findSchedule(text)).toMatchObject({ kind: 'found', schedule: { name } }),
  )

  test('offers the nearest names for an unknown one', () => {
    expect(findSchedule('sgm uniforn')).toMatchObject({
      kind: 'unknown',
      nearest: expect.arrayContaining(['sgm_uniform']),
    })
  })
})

describe('findSampler', () => {
  test.each([
    ['euler', 'euler'],
    ['Euler a', 'euler_a'],
    ['euler_ancestral', 'euler_a'],
    ['DPM++ 2M Karras', 'dpmpp_2m_karras'],
    ['dpm++ 2m sde karras', 'dpmpp_2m_sde_karras'],
    ['dpmpp_2m_sde', 'dpmpp_2m_sde'],
    ['DPM++ SDE Karras', 'dpmpp_sde_karras'],
    ['DPM++ SDE', 'dpmpp_sde'],
    ['dpmpp_sde_gpu', 'dpmpp_sde'],
    ['dpmpp_2m_sde_gpu', 'dpmpp_2m_sde'],
    ['DPM++ 2M SDE Heun Exponential', 'dpmpp_2m_sde_heun_exponential'],
    ['dpmpp_2m_sde_heun_gpu', 'dpmpp_2m_sde_heun'],
    ['DPM++ 3M SDE Exponential', 'dpmpp_3m_sde_exponential'],
    ['dpmpp_3m_sde_gpu', 'dpmpp_3m_sde'],
    ['DPM++ 2S a Karras', 'dpmpp_2s_a_karras'],
    ['dpmpp_2s_ancestral', 'dpmpp_2s_a'],
    ['dpm_2_ancestral', 'dpm2_a'],
    ['k_euler_ancestral', 'euler_a'],
    ['dpmpp_2m_k', 'dpmpp_2m_karras'],
    ['EulerAncestralDiscreteScheduler', 'euler_a'],
    ['Euler a Karras', 'euler_a_karras'],
    ['Euler SGM Uniform', 'euler_sgm_uniform'],
    ['dpmpp_2m sgm_uniform', 'dpmpp_2m_sgm_uniform'],
    ['DPM++ 2M Align Your Steps', 'dpmpp_2m_ays'],
    ['unipc', 'unipc'],
    ['unipc_k', 'unipc_karras'],
    ['UniPCMultistepScheduler', 'unipc'],
    ['UniPC', 'unipc_bh1'],
    ['UniPC Karras', 'unipc_bh1_karras'],
    ['uni_pc', 'unipc_bh1'],
    ["'uni_pc'", 'unipc_bh1'],
    [' "UniPC"', 'unipc_bh1'],
    ['uni_pc normal', 'unipc_bh1_normal'],
    ['uni_pc_bh2', 'unipc_bh2'],
    ['uni_pc_bh2_simple', 'unipc_bh2_simple'],
    ['DPM2 a Karras', 'dpm2_a_karras'],
    ['PLMS', 'pndm'],
    ['LCM', 'lcm'],
  ])('understands %s', (text, name) => expect(found(text)).toBe(name))

  test('understands every name and label of its own', () => {
    for (const choice of samplerChoices()) {
      expect(found(samplerName(choice))).toBe(samplerName(choice))
      expect(found(samplerLabel(choice))).toBe(samplerName(choice))
    }
  })

  test('offers the nearest names for an unknown one', () => {
    expect(findSampler('eulr')).toMatchObject({ kind: 'unknown', nearest: expect.arrayContaining(['euler']) })
    expect(findSampler('dpmp 2m karas')).toMatchObject({
      nearest: expect.arrayContaining(['dpmpp_2m_karras']),
    })
  })

  test.each([
    'DPM++',
    'DPM++ 2M v2',
    'DPM fast',
    'DPM adaptive',
    'Restart',
    'euler_cfg_pp',
    'heunpp2',
    'ipndm',
    'res_multistep',
    'dpmsolver',
  ])('never paints with another one than %s, but offers the nearest', text => {
    const lookup = findSampler(text)
    expect(lookup).toMatchObject({ kind: 'unknown' })
    if (lookup.kind === 'unknown') expect(lookup.nearest).toHaveLength(3)
  })

  test('offers what begins so', () => {
    const lookup = findSampler('DPM++')
    expect(lookup.kind === 'unknown' && lookup.nearest.every(name => name.startsWith('dpmpp'))).toBe(true)
  })

  test('offers no spread of sigmas that a rule cannot use', () => {
    expect(findSampler('DDIM Karras').kind).toBe('unknown')
  })

  test('answers any text', async () => {
    await fc.assert(
      fc.property(fc.string({ maxLength: 500 }), text => {
        const lookup = findSampler(text)
        return lookup.kind === 'found' || lookup.nearest.length === 3
      }),
    )
  })
})
