/**
 * Feature reuse (`--fast`): the full U-Net runs at every third call, and a shallow one in between, because deep features
 * change slowly from step to step (Ma et al. 2023, DeepCache, uniform interval). The benchmark measures the difference from
 * the full result.
 */
import type { ReusableUNet, UNet, UNetInput } from '../../networks/networks.ts'

/** The interval of full calls. */
const interval = 3
/** The number of full calls at the start: the noisiest ones decide the composition (docs/benchmarks.md compares). */
const wholeAtFirst = 2

/** Use one per run: it counts the calls and keeps the features of the last full call. */
export function reusingDeepFeatures(unet: ReusableUNet): UNet {
  let calls = 0
  let kept: { deep: Float32Array; batch: number; uses: number } | undefined
  return {
    crossAttentionDim: unet.crossAttentionDim,
    timeIdCount: unet.timeIdCount,
    timeIdWidth: unet.timeIdWidth,
    inChannels: unet.inChannels,
    crossAttentions: unet.crossAttentions,
    residualSpecs: unet.residualSpecs,
    async predict(input: UNetInput) {
      calls += 1
      if (calls > wholeAtFirst && kept && kept.batch >= input.batch && kept.uses < interval) {
        kept.uses += 1
        // After guidance has ended, the positive rows are the last rows of the guided call.
        const rows = kept.deep.length / kept.batch
        return unet.predictShallow(input, kept.deep.subarray(rows * (kept.batch - input.batch)))
      }
      const { output, deep } = await unet.predictDeep(input)
      kept = { deep, batch: input.batch, uses: 1 }
      return output
    },
  }
}
