/**
 * The graph variants give the reference's numbers: CUDA's in an interpreter, since no provider of this machine has its
 * operators, and float16 on the CPU provider, within what rounding to float16 costs.
 */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { buildClip, clipInput, clipNames } from '../../../src/engine/networks/clip.ts'
import { clipConfigSchema } from '../../../src/engine/networks/clip-config.ts'
import { residualPlaces, residualTensors } from '../../../src/engine/networks/residuals.ts'
import { buildUNet, unetNames } from '../../../src/engine/networks/unet.ts'
import { unetConfigSchema } from '../../../src/engine/networks/unet-config.ts'
import { buildVaeDecoder, buildVaeEncoder, vaeNames } from '../../../src/engine/networks/vae.ts'
import { vaeConfigSchema } from '../../../src/engine/networks/vae-config.ts'
import type { GraphOptions } from '../../../src/engine/onnx/kernels.ts'
import type { OnnxModel } from '../../../src/engine/onnx/model.ts'
import { Session, type Tensor } from '../../../src/engine/onnx/session.ts'
import { readConfigFile } from '../../../src/engine/weights/config-file.ts'
import { openDiffusersFolder } from '../../../src/engine/weights/diffusers-layout.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { OracleFolder } from '../../../tools/oracle/folder.ts'
import { decodeModel } from '../../helpers/onnx/decode-model.ts'
import { interpret } from '../../helpers/onnx/interpret.ts'

const oracle = new OracleFolder('test/golden/oracle')
afterAll(() => oracle.close())

/** A network over golden inputs. limit: ten times what float32 rounding costs the reference (the oracle's README). */
interface Case {
  readonly build: (options: GraphOptions) => OnnxModel
  readonly inputs: Readonly<Record<string, Tensor>>
  readonly output: string
  readonly golden: Float32Array
  readonly limit: number
}

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  'Base U-Net': () => unetCase('base', 'unet_base_16x24_t951', 951),
  'Refiner U-Net': () => unetCase('refiner', 'unet_refiner_16x16_t171', 171),
  'VAE encoder': () => vaeCase('encoder'),
  'VAE decoder': () => vaeCase('decoder'),
  'first text encoder': () => clipCase('text_encoder', 'te1'),
  'second text encoder': () => clipCase('text_encoder_2', 'te2'),
}
const named = Object.entries(cases)

describe('The operators of the interpreter', () => {
  test.each(named)('give the reference’s numbers for the portable graph: %s', async (_, open) => {
    const { build, inputs, output, golden, limit } = await open()
    const ours = interpret(build({}), inputs).get(output) ?? []
    expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
  })
})

describe('The CUDA variant', () => {
  test.each(named)('gives the reference’s numbers: %s', async (_, open) => {
    const { build, inputs, output, golden, limit } = await open()
    const ours = interpret(build({ variant: 'cuda float32' }), inputs).get(output) ?? []
    expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
  })

  test.each(named)(
    'has types and shapes that fit: the CPU provider lacks kernels and nothing else: %s',
    async (_, open) => {
      const { build } = await open()
      for (const variant of ['cuda float32', 'cuda float16'] as const) {
        const graph = build({ variant })
        const ownOperators = decodeModel(graph).nodes.filter(({ op }) => cudaOnly.has(op))
        const opened = Session.open('cuda', graph).then(session => session.close())
        if (ownOperators.length === 0) await expect(opened).resolves.toBeUndefined()
        else
          await expect(opened).rejects.toThrow(
            /Could not find an implementation for (GroupNorm|NhwcConv|BiasSplitGelu)/,
          )
      }
    },
  )

  test('turns pictures where they come in and go out, and nowhere between', async () => {
    const { build } = await unetCase('base', 'unet_base_16x24_t951', 951)
    const graph = decodeModel(build({ variant: 'cuda float16' }))
    const weights = new Set(graph.tensors.map(({ name }) => name))
    const turned = graph.nodes.filter(({ op, inputs: [x = ''] }) => op === 'Transpose' && !weights.has(x))
    const residuals = graph.inputs.filter(name => name.includes('residual'))
    expect(turned).toHaveLength(residuals.length + 2)
  })
})

/** Operators of com.microsoft that only the CUDA provider has kernels for. */
const cudaOnly = new Set(['GroupNorm', 'NhwcConv', 'BiasSplitGelu'])

describe('In float16', () => {
  test.each(named)(
    'the CPU provider is within the error of rounding every result to float16: %s',
    async (_, open) => {
      const { build, inputs, output, golden } = await open()
      const rounded =
        interpret(build({ variant: 'portable float16' }), inputs, { rounded: true }).get(output) ?? []
      const cost = maxAbsoluteError(rounded, golden)
      const session = await Session.open('float16', build({ variant: 'portable float16' }))
      const ours = await session.run(inputs, output)
      await session.close()
      console.log(_, cost, maxAbsoluteError(ours, golden), Math.max(...golden.map(Math.abs)))
      expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(cost)
      expect(cost).toBeLessThan(0.02 * Math.max(...golden.map(Math.abs)))
    },
  )
})

async function unetCase(model: 'base' | 'refiner', name: string, timestep: number): Promise<Case> {
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
      ...residualTensors(residualPlaces(config)),
      [unetNames.sample]: tensor('sample'),
      [unetNames.timestep]: { data: new Float32Array(batch).fill(timestep), shape: [batch] },
      [unetNames.context]: tensor('encoder_hidden_states'),
      [unetNames.pooled]: tensor('text_embeds'),
      [unetNames.timeIds]: tensor('time_ids'),
    },
    output: unetNames.output,
    golden: golden.floats('output'),
    limit: 3e-5,
  }
}

async function vaeCase(half: 'encoder' | 'decoder'): Promise<Case> {
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
  }
}

async function clipCase(name: string, prefix: string): Promise<Case> {
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
  }
}
