/** Networks of the tiny models over golden inputs, with what float32 and float16 may cost: what a device is judged by. */
import { join } from 'node:path'
import { buildClip, clipInput, clipNames } from '../../src/engine/networks/clip.ts'
import { clipConfigSchema } from '../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../src/engine/networks/configs/vae-config.ts'
import { residualSpecs, residualTensors } from '../../src/engine/networks/residuals.ts'
import { buildUNet, unetNames } from '../../src/engine/networks/unet.ts'
import { buildVaeDecoder, buildVaeEncoder, vaeNames } from '../../src/engine/networks/vae.ts'
import type { GraphOptions } from '../../src/engine/onnx/graph-variants.ts'
import type { OnnxModel } from '../../src/engine/onnx/model.ts'
import type { Tensor } from '../../src/engine/onnx/session.ts'
import { readConfigFile } from '../../src/engine/weights/config-file.ts'
import { openDiffusersFolder } from '../../src/engine/weights/layouts/diffusers-folder.ts'
import type { OracleFolder } from '../oracle/folder.ts'

/** A network over golden inputs. */
export interface NetworkCase {
  readonly build: (options: GraphOptions) => OnnxModel
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly output: string
  readonly golden: Float32Array
  /** Ten times what float32 rounding costs the reference (the oracle's README). */
  readonly limit: number
  /**
   * What float16 costs: the largest error of the portable float16 graph where every operator computes in float32 and its
   * result is rounded to float16, as torch does it (measured with `interpret(…, { rounded: true })`).
   */
  readonly roundingCost: number
  /**
   * The same of torch 2.13 in float16 on a CPU, or 2.11 on an H200 where that is more (diffusers 0.42 and transformers 5; text
   * encoders with eager attention).
   */
  readonly torchCost: number
}

/** What float16 costs a network. */
type Float16Costs = Pick<NetworkCase, 'roundingCost' | 'torchCost'>

export const networkCases: Readonly<Record<string, (oracle: OracleFolder) => Promise<NetworkCase>>> = {
  'Base U-Net': oracle =>
    unetCase(oracle, 'base', 'unet_base_16x16_t951', 951, { roundingCost: 3.5e-3, torchCost: 3.2e-3 }),
  'Refiner U-Net': oracle =>
    unetCase(oracle, 'refiner', 'unet_refiner_16x16_t171', 171, { roundingCost: 3.2e-3, torchCost: 4.4e-3 }),
  'VAE encoder': oracle => vaeCase(oracle, 'encoder', { roundingCost: 2.4e-2, torchCost: 2.1e-2 }),
  'VAE decoder': oracle => vaeCase(oracle, 'decoder', { roundingCost: 3.6e-3, torchCost: 3.4e-3 }),
  'first text encoder': oracle =>
    clipCase(oracle, 'text_encoder', 'te1', { roundingCost: 4.2e-3, torchCost: 7.4e-3 }),
  'second text encoder': oracle =>
    clipCase(oracle, 'text_encoder_2', 'te2', { roundingCost: 7.5e-3, torchCost: 7.5e-3 }),
}

async function unetCase(
  oracle: OracleFolder,
  model: 'base' | 'refiner',
  name: string,
  timestep: number,
  costs: Float16Costs,
): Promise<NetworkCase> {
  const golden = await oracle.tensors('parts', `${name}.safetensors`)
  const folder = join(await oracle.model(model), 'unet')
  const config = await readConfigFile(join(folder, 'config.json'), unetConfigSchema)
  const source = await openDiffusersFolder(folder)
  const [batch = 0, timeIdCount = 0] = golden.get('time_ids').shape
  const tensor = (tensorName: string): Tensor => ({
    data: golden.floats(tensorName),
    shape: golden.get(tensorName).shape,
  })
  return {
    build: options => buildUNet(config, source, timeIdCount, options),
    inputs: {
      ...residualTensors(residualSpecs(config)),
      [unetNames.sample]: tensor('sample'),
      [unetNames.timestep]: { data: new Float32Array(batch).fill(timestep), shape: [batch] },
      [unetNames.context]: tensor('encoder_hidden_states'),
      [unetNames.pooled]: tensor('text_embeds'),
      [unetNames.timeIds]: tensor('time_ids'),
    },
    output: unetNames.output,
    golden: golden.floats('output'),
    limit: 3e-5,
    ...costs,
  }
}

async function vaeCase(
  oracle: OracleFolder,
  half: 'encoder' | 'decoder',
  costs: Float16Costs,
): Promise<NetworkCase> {
  const golden = await oracle.tensors('parts', 'vae_64x96.safetensors')
  const folder = join(await oracle.model('base'), 'vae')
  const config = await readConfigFile(join(folder, 'config.json'), vaeConfigSchema)
  const source = await openDiffusersFolder(folder)
  const [input, output] = half === 'encoder' ? ['image', 'moments'] : ['latent', 'decoded']
  const build = half === 'encoder' ? buildVaeEncoder : buildVaeDecoder
  return {
    build: options => build(config, source, options),
    inputs: { [vaeNames.input]: { data: golden.floats(input), shape: golden.get(input).shape } },
    output: vaeNames.output,
    golden: golden.floats(output),
    limit: half === 'encoder' ? 3e-4 : 4e-5,
    ...costs,
  }
}

async function clipCase(
  oracle: OracleFolder,
  name: string,
  prefix: string,
  costs: Float16Costs,
): Promise<NetworkCase> {
  const golden = await oracle.tensors('text', 'embeds.safetensors')
  const folder = join(await oracle.model('base'), name)
  const config = await readConfigFile(join(folder, 'config.json'), clipConfigSchema)
  const source = await openDiffusersFolder(folder)
  const key = golden.names.find(one => one.endsWith(`.${prefix}.input_ids`))?.replace('.input_ids', '') ?? ''
  const states = `${key}.hidden_states_-2`
  return {
    build: options => buildClip(config, source, options),
    inputs: clipInput(Int32Array.from(golden.get(`${key}.input_ids`).data), config),
    output: clipNames.hidden(config.layers - 1),
    golden: golden.floats(states),
    limit: 4e-5,
    ...costs,
  }
}
