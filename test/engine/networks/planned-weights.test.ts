/** A mapped file has what the graph arranges as the graph wants it, whatever type the model has it in. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { feedForward } from '../../../src/engine/modules/layers/feed-forward.ts'
import { planWeights } from '../../../src/engine/networks/plan/planned-weights.ts'
import { newGraph } from '../../../src/engine/onnx/graph-variants.ts'
import { cpu } from '../../../src/engine/onnx/variants/cpu.ts'
import { bytesPerElement } from '../../../src/engine/weights/dtype.ts'
import { type WeightSource, weightsOf } from '../../../src/engine/weights/source.ts'
import { writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const width = 4
const variant = cpu({ least: width, maxInTilesOf: { 4: width, 2: width }, maxInPieces: 0 })

function build(source: WeightSource) {
  const g = newGraph('test', { variant })
  g.output('y', feedForward(g, weightsOf(source), g.input('x', 'F32', [1, 2, width])))
  return g.build()
}

test.each([
  ['F32', 1],
  ['F16', 4],
  ['BF16', 4],
  ['F8_E4M3', 4],
] as const)('%s', async (dtype, stored) => {
  const folder = tempFolder()
  const shapes = {
    'net.0.proj.weight': [8 * width, width],
    'net.0.proj.bias': [8 * width],
    'net.2.weight': [width, 4 * width],
    'net.2.bias': [width],
  }
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const count = shape.reduce((a, b) => a * b)
    return [name, { dtype, shape, bytes: new Uint8Array(count * bytesPerElement[dtype]) }] as const
  })
  writeSafetensors(join(folder, 'diffusion_pytorch_model.safetensors'), Object.fromEntries(tensors))
  const part = {
    weights: { layout: 'folder', folder } as const,
    config: {},
    configFile: 'config.json',
    hash: 'a hash',
    cached: { form: 'mapped', file: join(folder, 'cache', 'w.safetensors') } as const,
  }
  const { weights, use } = await planWeights(part, {}, build)
  expect([...(use.weightFile?.originals.keys() ?? [])]).toHaveLength(stored)
  expect(use.weightFile?.tensors.get('net.2.weight')?.arrangement).toBe('square-blocks')
  expect(build(weights).cutBytes).toBe(0)
})
