/**
 * Running with less memory, for devices that ran out of it. First the VAE runs in tiles. Then each row of a
 * guided call runs through the U-Net separately, only one network is on the device, and text is encoded on the CPU.
 * Pictures differ only by the blending of tiles and by rounding.
 */
import { z } from 'zod'
import type { ReusableUNet, UNetInput, Vae } from '../networks/networks.ts'
import type { Tensor } from '../onnx/session.ts'
import { joinValues } from './join-values.ts'
import { decodeTiled, defaultTile, encodeTiled, exceedsTile } from './latents/vae-tiling.ts'
import type { CachedModel } from './open/model-cache.ts'

/** 0: fastest; 1: tiles; 2: also row by row, one network at a time, and text encoders on the CPU. */
export const lowMemoryLevels = [0, 1, 2] as const
export const lowMemoryLevel = z.literal(lowMemoryLevels)
export type LowMemoryLevel = z.infer<typeof lowMemoryLevel>

/** The model with its networks wrapped for a low-memory level. */
export async function withLowMemory(model: CachedModel, level: LowMemoryLevel): Promise<CachedModel> {
  const { networks } = model
  await networks.textEncoder?.useCpu(level === 2)
  await networks.textEncoder2.useCpu(level === 2)
  if (level === 0) return model
  const unet = level === 2 ? rowByRow(networks.unet) : networks.unet
  return { ...model, networks: { ...networks, unet, vae: tiledVae(networks.vae) } }
}

/** A VAE that uses tiles if a picture is larger than one tile. */
export function tiledVae(vae: Vae): Vae {
  return {
    scaling: vae.scaling,
    sampleSize: vae.sampleSize,
    factor: vae.factor,
    decode(latents, batch, heightLatent, widthLatent) {
      return exceedsTile(heightLatent, widthLatent, defaultTile(vae))
        ? decodeTiled(vae, latents, batch, heightLatent, widthLatent)
        : vae.decode(latents, batch, heightLatent, widthLatent)
    },
    encode(pixels, batch, heightPx, widthPx) {
      return exceedsTile(heightPx / vae.factor, widthPx / vae.factor, defaultTile(vae))
        ? encodeTiled(vae, pixels, batch, heightPx, widthPx)
        : vae.encode(pixels, batch, heightPx, widthPx)
    },
  }
}

/** A U-Net that runs the rows of a batch one after the other. */
export function rowByRow(unet: ReusableUNet): ReusableUNet {
  const eachRow = async <Result>(input: UNetInput, call: (row: UNetInput, i: number) => Promise<Result>) => {
    const results: Result[] = []
    for (let i = 0; i < input.batch; i++) results.push(await call(rowOf(input, i), i))
    return results
  }
  return {
    crossAttentionDim: unet.crossAttentionDim,
    timeIdCount: unet.timeIdCount,
    timeIdWidth: unet.timeIdWidth,
    residualSpecs: unet.residualSpecs,
    crossAttentions: unet.crossAttentions,
    inChannels: unet.inChannels,
    ownWeights: unet.ownWeights,
    replaceWeights: weights => unet.replaceWeights(weights),
    load: (adapters, onLoading) => unet.load(adapters, onLoading),
    predict: async input => joinValues(await eachRow(input, row => unet.predict(row))),
    async predictDeep(input) {
      const rows = await eachRow(input, row => unet.predictDeep(row))
      return {
        output: joinValues(rows.map(({ output }) => output)),
        deep: joinValues(rows.map(({ deep }) => deep)),
      }
    },
    predictShallow: async (input, deep) =>
      joinValues(await eachRow(input, (row, i) => unet.predictShallow(row, part(deep, i, input.batch)))),
  }
}

function rowOf(input: UNetInput, i: number): UNetInput {
  const { batch, residuals, imagePrompts } = input
  return {
    ...input,
    batch: 1,
    sample: part(input.sample, i, batch),
    context: part(input.context, i, batch),
    pooled: part(input.pooled, i, batch),
    timeIds: part(input.timeIds, i, batch),
    ...(residuals && { residuals: residuals.map(tensor => rowOfTensor(tensor, i)) }),
    ...(imagePrompts && {
      imagePrompts: imagePrompts.map(prompt => ({ ...prompt, tokens: part(prompt.tokens, i, batch) })),
    }),
  }
}

/** A residual with one row applies to all rows. */
function rowOfTensor({ data, shape: [rows = 1, ...rest] }: Tensor, i: number): Tensor {
  const each = data.length / rows
  const from = rows === 1 ? 0 : i * each
  return { data: data.subarray(from, from + each), shape: [1, ...rest] }
}

/** Part i of `parts` equal parts. */
function part(values: Float32Array, i: number, parts: number): Float32Array {
  const each = values.length / parts
  return values.subarray(i * each, (i + 1) * each)
}
