import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  findSampler,
  samplerChoices,
  samplerLabel,
  samplerName,
} from '../../../src/engine/sampling/registry.ts'

function found(text: string): string | undefined {
  const lookup = findSampler(text)
  return lookup.kind === 'found' ? samplerName(lookup.choice) : undefined
}

describe('findSampler', () => {
  test.each([
    ['euler', 'euler'],
    ['Euler a', 'euler_a'],
    ['euler_ancestral', 'euler_a'],
    ['DPM++ 2M Karras', 'dpmpp_2m_karras'],
    ['dpm++ 2m sde karras', 'dpmpp_2m_sde_karras'],
    ['dpmpp_2m_sde', 'dpmpp_2m_sde'],
    ['DPM++ SDE Karras', 'dpmpp_2m_sde_karras'],
    ['UniPC', 'unipc'],
    ['uni_pc', 'unipc'],
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
