/** A device whose memory ran out paints the same in less of it. */
import { afterAll, expect, test } from 'vitest'
import type { UNetInput } from '../../../src/engine/networks/networks.ts'
import { decodeTiled, defaultTile } from '../../../src/engine/pipeline/latents/vae-tiling.ts'
import { rowByRow, tiledVae } from '../../../src/engine/pipeline/low-memory.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { openNetworksFolder } from '../../../tools/oracle/networks/open-models.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'

const oracle = goldenFolder('oracle')
const networks = await openNetworksFolder(await oracle.model('base'))
afterAll(async () => {
  await networks.close()
  await oracle.close()
})

/** Values in -1..1, the same on every run. */
function waves(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.7))
}

const side = 16
const tokens = 77
const { unet, vae, textEncoder2 } = networks
const input: UNetInput = {
  sample: waves(2 * 4 * side * side),
  batch: 2,
  heightLatent: side,
  widthLatent: side,
  timestep: 500,
  context: waves(2 * tokens * unet.crossAttentionDim),
  tokens,
  pooled: waves(2 * (textEncoder2.projectionSize ?? 0)),
  timeIds: waves(2 * unet.timeIdCount),
}

test('row by row the U-Net gives what it gives for both rows at once', async () => {
  const [together, apart] = [await unet.predict(input), await rowByRow(unet).predict(input)]
  expect(maxAbsoluteError(apart, together)).toBeLessThan(1e-5)
})

test('row by row the shallow U-Net gives what it gives for both rows at once', async () => {
  const { output, deep } = await unet.predictDeep(input)
  const ours = await rowByRow(unet).predictDeep(input)
  expect(maxAbsoluteError(ours.output, output)).toBeLessThan(1e-5)
  expect(maxAbsoluteError(ours.deep, deep)).toBeLessThan(1e-4)
  const [together, apart] = [
    await unet.predictShallow(input, deep),
    await rowByRow(unet).predictShallow(input, deep),
  ]
  expect(maxAbsoluteError(apart, together)).toBeLessThan(1e-5)
})

test('what a ControlNet adds goes to the row that it was made for', async () => {
  const residuals = unet.residualSpecs.map(({ channels, halvings }) => {
    const sides = Math.ceil(side / 2 ** halvings)
    return { data: waves(2 * channels * sides * sides), shape: [2, channels, sides, sides] }
  })
  const told = { ...input, residuals }
  expect(maxAbsoluteError(await rowByRow(unet).predict(told), await unet.predict(told))).toBeLessThan(1e-4)
})

test('a text encoder gives on the CPU what the CPU gives, and on its device again what that gave', async () => {
  const inHalf = await openNetworksFolder(await oracle.model('base'), { precision: 'float16' })
  const ids = Int32Array.from({ length: tokens }, (_, i) => i)
  const encode = async ({ textEncoder2: encoder }: typeof networks) => (await encoder.encode(ids, 2)).hidden
  const own = await encode(inHalf)
  await inHalf.textEncoder2.useCpu(true)
  expect(await encode(inHalf)).toEqual(await encode(networks))
  expect(await encode(inHalf)).not.toEqual(own)
  await inHalf.textEncoder2.useCpu(false)
  expect(await encode(inHalf)).toEqual(own)
  await inHalf.close()
})

test('the VAE tiles what is larger than a tile, and nothing else', async () => {
  const { sideLatent } = defaultTile(vae)
  const [large, small] = [sideLatent + 4, sideLatent]
  const latents = waves(4 * large * large)
  expect(await tiledVae(vae).decode(latents, 1, large, large)).toEqual(
    await decodeTiled(vae, latents, 1, large, large),
  )
  const few = latents.slice(0, 4 * small * small)
  expect(await tiledVae(vae).decode(few, 1, small, small)).toEqual(await vae.decode(few, 1, small, small))
})
