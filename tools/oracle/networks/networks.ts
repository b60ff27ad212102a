/** Opens one network of a model folder for checkers, with every module's output exposed. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { buildClip } from '../../../src/engine/networks/clip.ts'
import { type ClipConfig, clipConfigSchema } from '../../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { type VaeConfig, vaeConfigSchema } from '../../../src/engine/networks/configs/vae-config.ts'
import type { UNetInput } from '../../../src/engine/networks/networks.ts'
import { residualSpecs, residualTensors } from '../../../src/engine/networks/residuals.ts'
import { buildUNet } from '../../../src/engine/networks/unet.ts'
import { buildVaeDecoder, buildVaeEncoder } from '../../../src/engine/networks/vae.ts'
import type { Expose } from '../../../src/engine/onnx/graph-builder.ts'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import { Session, type Tensor } from '../../../src/engine/onnx/session.ts'
import { readConfigFile } from '../../../src/engine/weights/config-file.ts'
import { openDiffusersFolder } from '../../../src/engine/weights/layouts/diffusers-folder.ts'
import type { Tensors } from '../tensors.ts'

type Inputs = Readonly<Record<string, Tensor>>

/** Runs a U-Net once. paths: module paths whose outputs are wanted. timeIdCount: of the case. */
export async function runUNet(
  folder: string,
  timeIdCount: number,
  inputs: Inputs,
  paths: readonly string[],
): Promise<Map<string, Float32Array>> {
  const config = await readConfigFile(join(folder, 'config.json'), unetConfigSchema)
  const source = await openDiffusersFolder(folder)
  const all = { ...residualTensors(residualSpecs(config)), ...inputs }
  return runOnce(expose => buildUNet(config, source, timeIdCount, { expose }), all, paths)
}

/** The golden U-Net call as the pipeline would make it. */
export function unetInputOf(golden: Tensors, timestep: number): UNetInput {
  const [batch = 0, , heightLatent = 0, widthLatent = 0] = golden.get('sample').shape
  return {
    sample: golden.floats('sample'),
    batch,
    heightLatent,
    widthLatent,
    timestep,
    context: golden.floats('encoder_hidden_states'),
    tokens: golden.get('encoder_hidden_states').shape[1] ?? 0,
    pooled: golden.floats('text_embeds'),
    timeIds: golden.floats('time_ids'),
  }
}

export type VaeHalf = 'encoder' | 'decoder'

export async function runVae(
  folder: string,
  half: VaeHalf,
  inputs: Inputs,
  paths: readonly string[],
): Promise<Map<string, Float32Array>> {
  const config = await readVaeConfig(folder)
  const source = await openDiffusersFolder(folder)
  const build = half === 'encoder' ? buildVaeEncoder : buildVaeDecoder
  return runOnce(expose => build(config, source, { expose }), inputs, paths)
}

export function readVaeConfig(folder: string): Promise<VaeConfig> {
  return readConfigFile(join(folder, 'config.json'), vaeConfigSchema)
}

/** A text encoder with all its outputs: call with int32 ids. Undefined where the model has none of that name. */
export async function openClip(
  model: string,
  name: string,
): Promise<{ config: ClipConfig; session: Session } | undefined> {
  const folder = join(model, name)
  if (!existsSync(folder)) return undefined
  const config = await readConfigFile(join(folder, 'config.json'), clipConfigSchema)
  return { config, session: await Session.open(name, buildClip(config, await openDiffusersFolder(folder))) }
}

async function runOnce(
  build: (expose: Expose) => OnnxModel,
  inputs: Inputs,
  paths: readonly string[],
): Promise<Map<string, Float32Array>> {
  const model = build(paths)
  const session = await Session.open('golden case', model)
  try {
    return await session.runAll(
      inputs,
      model.outputs.map(output => output.name),
    )
  } finally {
    await session.close()
  }
}
