/** Promises of --fast: the first two calls and every third one after are whole, and no shallow call gets features of rows that it does not have. */
import { describe, expect, test } from 'vitest'
import type { ReusableUNet, UNetInput } from '../../../../src/engine/networks/networks.ts'
import { reusingDeepFeatures } from '../../../../src/engine/pipeline/denoising/feature-reuse.ts'

/** Notes which way each call went; deep features hold their row's number. */
function watchedUNet(): { unet: ReusableUNet; calls: string[] } {
  const calls: string[] = []
  const nothing = new Float32Array()
  const unet: ReusableUNet = {
    crossAttentionDim: 1,
    timeIdCount: 6,
    timeIdWidth: 256,
    inChannels: 4,
    crossAttentions: [],
    residualSpecs: [],
    load: async () => undefined,
    ownWeights: undefined,
    replaceWeights: async () => undefined,
    predict: () => Promise.reject(new Error('only the wrapper is asked')),
    async predictDeep({ batch }) {
      calls.push(`whole ${batch}`)
      return { output: nothing, deep: Float32Array.from({ length: batch * 2 }, (_, i) => i >> 1) }
    },
    async predictShallow({ batch }, deep) {
      calls.push(`shallow ${batch} of ${deep.join(' ')}`)
      return nothing
    },
  }
  return { unet, calls }
}

function inputOf(batch: number): UNetInput {
  const empty = new Float32Array()
  return {
    sample: empty,
    batch,
    heightLatent: 1,
    widthLatent: 1,
    timestep: 0,
    context: empty,
    tokens: 77,
    pooled: empty,
    timeIds: empty,
  }
}

async function callsFor(...batches: number[]): Promise<string[]> {
  const { unet, calls } = watchedUNet()
  const fast = reusingDeepFeatures(unet)
  for (const batch of batches) await fast.predict(inputOf(batch))
  return calls
}

describe('reuse of deep features', () => {
  test('runs the whole U-Net twice at first, then at every third call', async () => {
    expect((await callsFor(1, 1, 1, 1, 1, 1)).map(call => call.split(' ')[0])).toEqual([
      'whole',
      'whole',
      'shallow',
      'shallow',
      'whole',
      'shallow',
    ])
  })

  test('takes the positive rows where guidance comes to rest', async () => {
    expect(await callsFor(2, 2, 1)).toEqual(['whole 2', 'whole 2', 'shallow 1 of 1 1'])
  })

  test('runs whole where guidance sets in and rows are missing', async () => {
    expect(await callsFor(1, 1, 2)).toEqual(['whole 1', 'whole 1', 'whole 2'])
  })
})
