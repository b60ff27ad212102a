/**
 * The graph variants give the reference's numbers: CUDA's in an interpreter, since no provider of this machine has its
 * operators, and float16 on the CPU provider, within what rounding to float16 costs.
 */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { buildClip, clipInput, clipNames } from '../../../src/engine/networks/clip.ts'
import { clipConfigSchema } from '../../../src/engine/networks/clip-config.ts'
import { planNetworks, planVae } from '../../../src/engine/networks/plan/plan.ts'
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
import { partsOfFile, partsOfFolder } from '../../../tools/oracle/open-models.ts'
import { type DecodedGraph, decodeModel } from '../../helpers/onnx/decode-model.ts'
import { interpret } from '../../helpers/onnx/interpret.ts'

const oracle = new OracleFolder('test/golden/oracle')
afterAll(() => oracle.close())

/** A network over golden inputs. */
interface Case {
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
}

const cases: Readonly<Record<string, () => Promise<Case>>> = {
  'Base U-Net': () => unetCase('base', 'unet_base_16x16_t951', 951, 3.5e-3),
  'Refiner U-Net': () => unetCase('refiner', 'unet_refiner_16x16_t171', 171, 3.2e-3),
  'VAE encoder': () => vaeCase('encoder', 2.4e-2),
  'VAE decoder': () => vaeCase('decoder', 3.6e-3),
  'first text encoder': () => clipCase('text_encoder', 'te1', 4.2e-3),
  'second text encoder': () => clipCase('text_encoder_2', 'te2', 7.5e-3),
}
const named = Object.entries(cases)

test.each(named.filter(([name]) => name !== 'Base U-Net'))(
  'The interpreter gives the reference’s numbers for the portable graph: %s',
  async (_, open) => {
    const { build, inputs, output, golden, limit } = await open()
    const ours = interpret(build({}), inputs).get(output) ?? []
    expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
  },
)

describe('The CUDA variant', () => {
  test.each(named)('gives the reference’s numbers: %s', async (_, open) => {
    const { build, inputs, output, golden, limit } = await open()
    const ours = interpret(build({ variant: 'cuda float32' }), inputs).get(output) ?? []
    expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
  })

  test.each(named)(
    'has types and shapes that fit: the CPU provider lacks kernels, nothing else: %s',
    async (_, open) => {
      const { build } = await open()
      for (const variant of ['cuda float32', 'cuda float16'] as const) {
        const graph = build({ variant })
        const isRunnable = !decodeModel(graph).nodes.some(({ op }) => cudaOnly.has(op))
        const opened = Session.open('cuda', graph).then(session => session.close())
        if (isRunnable) await expect(opened).resolves.toBeUndefined()
        else
          await expect(opened).rejects.toThrow(
            /Failed to find kernel for com\.microsoft\.(GroupNorm|NhwcConv|BiasSplitGelu)/,
          )
      }
    },
  )

  test('turns pictures where they come in and go out, and nowhere between', async () => {
    const { build } = await unetCase('base', 'unet_base_16x16_t951', 951, 0)
    const graph = decodeModel(build({ variant: 'cuda float16' }))
    const fixed = fixedValues(graph)
    const turned = graph.nodes.filter(({ op, inputs: [x = ''] }) => op === 'Transpose' && !fixed.has(x))
    const residuals = graph.inputs.filter(name => name.includes('residual'))
    expect(turned).toHaveLength(residuals.length + 2)
  })
})

/** Operators of com.microsoft that only the CUDA provider has kernels for. */
const cudaOnly = new Set(['GroupNorm', 'NhwcConv', 'BiasSplitGelu'])

/** Weights, constants, and what is made of them alone: the runtime computes it once. */
function fixedValues({ tensors, nodes }: DecodedGraph): ReadonlySet<string> {
  const fixed = new Set(tensors.map(({ name }) => name))
  for (const { inputs, outputs } of nodes) {
    if (inputs.every(name => fixed.has(name))) for (const name of outputs) fixed.add(name)
  }
  return fixed
}

describe('In float16', () => {
  test.each(named)(
    'the CPU provider is within what rounding every result to float16 costs: %s',
    async (_, open) => {
      const { build, inputs, output, golden, roundingCost } = await open()
      const session = await Session.open('float16', build({ variant: 'portable float16' }))
      const ours = await session.run(inputs, output)
      await session.close()
      expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(roundingCost)
    },
  )

  test('that cost is what the interpreter measures', async () => {
    const { build, inputs, output, golden, roundingCost } = await clipCase('text_encoder_2', 'te2', 7.5e-3)
    const rounded =
      interpret(build({ variant: 'portable float16' }), inputs, { rounded: true }).get(output) ?? []
    expect(maxAbsoluteError(rounded, golden)).toBeLessThanOrEqual(roundingCost)
    expect(maxAbsoluteError(rounded, golden)).toBeGreaterThan(0.9 * roundingCost)
  })

  test('a file in float16 is used as it lies: no matrix and no kernel is cast or rearranged', async () => {
    const file = join(await oracle.models(), 'tiny-base.safetensors')
    const { networks } = await partsOfFile(file)
    const { unet } = await planNetworks(networks, { device: 'webgpu', precision: 'float16' })
    if ('path' in unet.graph) throw new Error('a graph of our own')
    const { nodes, tensors } = decodeModel(unet.graph)
    const matrices = new Set(
      tensors.filter(one => one.isExternal && one.shape.length > 1).map(({ name }) => name),
    )
    expect(matrices.size).toBeGreaterThan(50)
    const users = new Set(
      nodes.filter(({ inputs }) => inputs.some(name => matrices.has(name))).map(({ op }) => op),
    )
    expect(users).toEqual(new Set(['Conv', 'FusedMatMul', 'Gemm']))
  })

  test('the VAE is in float32, unless its config says that it was made for float16', async () => {
    const folder = await oracle.model('base')
    const { vae } = (await partsOfFolder(folder)).networks
    const typesOf = async (config: object) => {
      const part = { ...vae, config: { ...vae.config, ...config } }
      const { decoder } = await planVae(part, { device: 'webgpu', precision: 'float16' })
      if ('path' in decoder.graph) throw new Error('a graph of our own')
      return decodeModel(decoder.graph).nodes.filter(({ op }) => op === 'Cast').length
    }
    expect(await typesOf({})).toBe(0)
    expect(await typesOf({ force_upcast: true })).toBe(0)
    expect(await typesOf({ force_upcast: false })).toBeGreaterThan(0)
  })
})

async function unetCase(
  model: 'base' | 'refiner',
  name: string,
  timestep: number,
  roundingCost: number,
): Promise<Case> {
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
    roundingCost,
  }
}

async function vaeCase(half: 'encoder' | 'decoder', roundingCost: number): Promise<Case> {
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
    roundingCost,
  }
}

async function clipCase(name: string, prefix: string, roundingCost: number): Promise<Case> {
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
    roundingCost,
  }
}
