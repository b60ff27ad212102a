import { describe, expect, test } from 'vitest'
import type { UNet, UNetInput } from '../../../../src/engine/networks/networks.ts'
import {
  always,
  type Conditioning,
  type ConditioningRows,
} from '../../../../src/engine/pipeline/conditioning/conditioning.ts'
import { type DenoiseRun, denoise, type RunHooks } from '../../../../src/engine/pipeline/denoising/denoise.ts'
import { generatorPerPicture } from '../../../../src/engine/pipeline/denoising/noise-source.ts'
import { textToImage } from '../../../../src/engine/pipeline/text-to-image.ts'
import { createSampler } from '../../../../src/engine/sampling/create-sampler.ts'
import { sdxlSchedule } from '../../../../src/engine/sampling/diffusers/scheduler-config.ts'
import { baseSpan, refinerSpan, wholeSpan } from '../../../../src/engine/sampling/noise/span.ts'
import type { SamplerKind } from '../../../../src/engine/sampling/sampler.ts'
import { euler } from '../../../../src/engine/sampling/samplers/euler.ts'
import { eulerAncestral } from '../../../../src/engine/sampling/samplers/euler-ancestral.ts'
import { heun } from '../../../../src/engine/sampling/samplers/heun.ts'

const shape = { pictures: 1, heightLatent: 4, widthLatent: 4 }

/** A U-Net that notes its calls; the prompt's context decides what it says. */
function fakeUNet(): { unet: UNet; calls: UNetInput[] } {
  const calls: UNetInput[] = []
  const unet: UNet = {
    crossAttentionDim: 1,
    timeIdCount: 6,
    timeIdWidth: 256,
    inChannels: 4,
    crossAttentions: [],
    residualSpecs: [],
    predict: async input => {
      calls.push(input)
      const perRow = input.sample.length / input.batch
      return input.sample.map((x, i) => 0.3 * x + 0.1 * (input.context[Math.trunc(i / perRow)] ?? 0))
    },
  }
  return { unet, calls }
}

function rows(...contexts: number[]): ConditioningRows {
  const zeros = new Float32Array(contexts.length)
  return {
    rows: contexts.length,
    tokens: 1,
    context: Float32Array.from(contexts),
    pooled: zeros,
    timeIds: zeros,
  }
}

const conditioning: Conditioning = { positive: rows(1), guided: rows(-1, 1) }

function runOf(unet: UNet, kind: SamplerKind, overrides: Partial<DenoiseRun> = {}): DenoiseRun {
  const sampler = createSampler(kind, sdxlSchedule, 10)
  return {
    unet,
    sampler,
    span: wholeSpan(sampler),
    shape,
    conditioningAt: always(conditioning),
    guidance: { scale: 5, rescale: 0, interval: [0, 1] },
    noise: generatorPerPicture([1]),
    ...overrides,
  }
}

function hooks(onStep: RunHooks['onStep'] = async () => {}): RunHooks & { abort: AbortController } {
  const abort = new AbortController()
  return { signal: abort.signal, onStep, abort }
}

describe('denoise', () => {
  test('calls the U-Net once per timestep, with twice the rows where guidance runs', async () => {
    const { unet, calls } = fakeUNet()
    const guidance = { scale: 5, rescale: 0, interval: [0.3, 0.6] } as const
    const run = runOf(unet, euler, { guidance })
    await textToImage(run, hooks())
    expect(calls.map(call => call.timestep)).toEqual(run.sampler.timesteps)
    expect(calls.map(call => call.batch)).toEqual([1, 1, 1, 2, 2, 2, 1, 1, 1, 1])
  })

  test('reports every model call with what it will become', async () => {
    const { unet } = fakeUNet()
    const seen: [number, number][] = []
    await textToImage(
      runOf(unet, heun),
      hooks(async (done, total, clean) => {
        seen.push([done, total])
        expect(clean).toHaveLength(64)
      }),
    )
    expect(seen).toEqual(Array.from({ length: 19 }, (_, i) => [i + 1, 19]))
  })

  test('stops between two calls when it is cancelled, with the reason', async () => {
    const { unet, calls } = fakeUNet()
    const listening = hooks(async done => {
      if (done === 4) listening.abort.abort(new Error('not wanted any more'))
    })
    await expect(textToImage(runOf(unet, euler), listening)).rejects.toThrow('not wanted any more')
    expect(calls).toHaveLength(4)
  })

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('a U-Net that says %d is a fault', async value => {
    const { unet } = fakeUNet()
    const broken: UNet = {
      ...unet,
      predict: async input => {
        const output = await unet.predict(input)
        output[7] = value
        return output
      },
    }
    await expect(textToImage(runOf(broken, euler), hooks())).rejects.toThrow(
      expect.objectContaining({ code: 'not-finite', details: { where: 'latents' } }),
    )
  })

  test('starts nothing when it was cancelled before', async () => {
    const { unet, calls } = fakeUNet()
    const listening = hooks()
    listening.abort.abort()
    await expect(textToImage(runOf(unet, euler), listening)).rejects.toThrow()
    expect(calls).toHaveLength(0)
  })

  test('gives a set of seeds the pictures that each seed gives alone', async () => {
    const { unet } = fakeUNet()
    const paint = (seeds: number[]) => {
      const pictures = seeds.length
      const same: Conditioning = {
        positive: rows(...seeds.map(() => 1)),
        guided: rows(...seeds.map(() => -1), ...seeds.map(() => 1)),
      }
      const overrides = {
        shape: { ...shape, pictures },
        conditioningAt: always(same),
        noise: generatorPerPicture(seeds),
      }
      return textToImage(runOf(unet, eulerAncestral, overrides), hooks())
    }
    const set = await paint([3, 4])
    expect([...set]).toEqual([...(await paint([3])), ...(await paint([4]))])
  })

  test.each([0.3, 0.8])('two experts on one model make the picture of one, split at %d', async fraction => {
    const { unet } = fakeUNet()
    const whole = await textToImage(runOf(unet, euler), hooks())
    const base = runOf(unet, euler)
    const half = await textToImage({ ...base, span: baseSpan(base.sampler, sdxlSchedule, fraction) }, hooks())
    const refiner = runOf(unet, euler)
    const span = refinerSpan(refiner.sampler, sdxlSchedule, fraction)
    expect([...(await denoise({ ...refiner, span }, half, hooks()))]).toEqual([...whole])
  })
})
