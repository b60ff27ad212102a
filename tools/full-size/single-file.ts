/** A full-size expert as one file with the original names (generative-models), equal to the folder in every weight. */

import type { NameTable } from '../../src/engine/weights/names/name-table.ts'
import { openClipException, openClipNames } from '../../src/engine/weights/names/open-clip-names.ts'
import { unetNames } from '../../src/engine/weights/names/unet-names.ts'
import { vaeNames } from '../../src/engine/weights/names/vae-names.ts'
import type { Component, ExpertName } from './experts.ts'
import { randomHalves } from './random-weights.ts'
import type { TensorSpec } from './tensors.ts'
import { type TensorToWrite, writeWeights } from './write-weights.ts'

export async function writeSingleFile(
  path: string,
  expert: ExpertName,
  components: readonly Component[],
): Promise<void> {
  await writeWeights(
    path,
    components.flatMap(component => originalTensors(component, expert)),
  )
}

/** A component under the names that its authors gave. The Refiner has one embedder, the Base's second. */
export function originalTensors(component: Component, expert: ExpertName): TensorToWrite[] {
  switch (component.role) {
    case 'text_encoder':
      return renamed(component, 'conditioner.embedders.0.transformer.', name => name)
    case 'text_encoder_2':
      return openClipTensors(component, `conditioner.embedders.${expert === 'base' ? 1 : 0}.model.`)
    case 'unet':
      return renamed(component, 'model.diffusion_model.', originalBy(unetNames(structureOf(component))))
    case 'vae':
      return renamed(component, 'first_stage_model.', originalBy(vaeNames(4, 3))).map(asConvolution)
  }
}

function renamed(
  { tensors, seed }: Component,
  prefix: string,
  originalOf: (name: string) => string,
): TensorToWrite[] {
  return tensors.map(tensor => ({
    name: prefix + originalOf(tensor.name),
    shape: tensor.shape,
    values: () => randomHalves(seed, tensor),
  }))
}

/** @throws Error for a name that the table does not have. */
function originalBy(names: NameTable): (name: string) => string {
  return name => {
    const original = names.toOriginal(name)
    if (original === undefined) throw new Error(`no original name is known of ${name}`)
    return original
  }
}

/** The VAE's linear layers are 1×1 convolutions there. */
function asConvolution(tensor: TensorToWrite): TensorToWrite {
  return tensor.shape.length === 2 ? { ...tensor, shape: [...tensor.shape, 1, 1] } : tensor
}

function structureOf({ config, tensors }: Component) {
  const { block_out_channels: channels, layers_per_block: layers, up_block_types: up } = config
  if (!Array.isArray(channels) || !Array.isArray(up)) throw new Error(`${tensors.length} tensors of no U-Net`)
  const attentionUp = up.map(type => type === 'CrossAttnUpBlock2D')
  return { levels: channels.length, layers: Number(layers), attentionUp }
}

/** Query, key and value are one matrix there, the text projection is [in, out]. */
function openClipTensors({ tensors, seed }: Component, prefix: string): TensorToWrite[] {
  const layers = tensors.filter(({ name }) => name.endsWith('.layer_norm1.weight')).length
  const originalOf = originalBy(openClipNames(layers))
  const written: TensorToWrite[] = []
  for (const tensor of tensors) {
    const exception = openClipException(tensor.name)
    const values = () => randomHalves(seed, tensor)
    const { shape } = tensor
    if (!exception) written.push({ name: prefix + originalOf(tensor.name), shape, values })
    else if (exception.kind === 'renamed') written.push({ name: prefix + exception.name, shape, values })
    else if (exception.kind === 'transposed') {
      written.push({
        name: prefix + exception.name,
        shape: shape.toReversed(),
        values: () => transposed(tensor, values()),
      })
    } else if (exception.third === 0) written.push(fused(tensor, prefix + exception.name, seed))
  }
  return written
}

/** The rows of query, key and value, one after the other. */
function fused(query: TensorSpec, name: string, seed: string): TensorToWrite {
  const [rows = 0, ...rest] = query.shape
  return {
    name,
    shape: [3 * rows, ...rest],
    values() {
      const thirds = ['q_proj', 'k_proj', 'v_proj'].map(part =>
        randomHalves(seed, { ...query, name: query.name.replace('q_proj', part) }),
      )
      const whole = new Uint16Array(thirds.reduce((sum, third) => sum + third.length, 0))
      for (const [i, third] of thirds.entries()) whole.set(third, i * third.length)
      return whole
    },
  }
}

/** values: [rows, columns] → [columns, rows]. */
function transposed({ shape: [rows = 0, columns = 0] }: TensorSpec, values: Uint16Array): Uint16Array {
  return values.map((_, i) => values[(i % rows) * columns + Math.trunc(i / rows)] ?? 0)
}
