/**
 * The graph variants give the reference's numbers: CUDA's in an interpreter, since no provider of this machine has its
 * operators, and float16 on the CPU provider, within what rounding to float16 costs.
 */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { planNetworks, planVae } from '../../../src/engine/networks/plan/plan.ts'
import { Session } from '../../../src/engine/onnx/session.ts'
import { type NetworkCase, networkCases } from '../../../tools/gpu-check/cases.ts'
import { maxAbsoluteError } from '../../../tools/oracle/case.ts'
import { partsOfFile, partsOfFolder } from '../../../tools/oracle/networks/open-models.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'
import { type DecodedGraph, decodeModel } from '../../helpers/onnx/decode-model.ts'
import { interpret } from '../../helpers/onnx/interpret.ts'

const oracle = goldenFolder('oracle')
afterAll(() => oracle.close())

const named = Object.entries(networkCases)

test.each(named.filter(([name]) => name !== 'Base U-Net'))(
  'The interpreter gives the reference’s numbers for the portable graph: %s',
  async (_, open) => {
    const { build, inputs, output, golden, limit } = await open(oracle)
    const ours = interpret(build({}), inputs).get(output) ?? []
    expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
  },
)

describe('The CUDA variant', () => {
  test.each(named)('gives the reference’s numbers: %s', async (_, open) => {
    const { build, inputs, output, golden, limit } = await open(oracle)
    const ours = interpret(build({ variant: 'cuda float32' }), inputs).get(output) ?? []
    expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(limit)
  })

  test.each(named)(
    'has types and shapes that fit: the CPU provider lacks kernels, nothing else: %s',
    async (_, open) => {
      const { build } = await open(oracle)
      for (const variant of ['cuda float32', 'cuda float16'] as const) {
        const graph = build({ variant })
        const isRunnable = !decodeModel(graph).nodes.some(({ op }) => cudaOnly.has(op))
        const opened = Session.open('cuda', graph).then(session => session.close())
        if (isRunnable) await expect(opened).resolves.toBeUndefined()
        else await expect(opened).rejects.toThrow(noKernel)
      }
    },
  )

  test('turns pictures where they come in and go out, and nowhere between', async () => {
    const { build } = await caseNamed('Base U-Net')
    const graph = decodeModel(build({ variant: 'cuda float16' }))
    const fixed = fixedValues(graph)
    const turned = graph.nodes.filter(({ op, inputs: [x = ''] }) => op === 'Transpose' && !fixed.has(x))
    const residuals = graph.inputs.filter(name => name.includes('residual'))
    expect(turned).toHaveLength(residuals.length + 2)
  })
})

/** The runtime's words, with and without a pass over float16. It has inferred all types and shapes before it says so. */
const noKernel =
  /(Failed to find kernel for com\.microsoft\.|Could not find an implementation for )(GroupNorm|NhwcConv|BiasSplitGelu)\(1\)/

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
      const { build, inputs, output, golden, roundingCost } = await open(oracle)
      const session = await Session.open('float16', build({ variant: 'portable float16' }))
      const ours = await session.run(inputs, output)
      await session.close()
      expect(maxAbsoluteError(ours, golden)).toBeLessThanOrEqual(roundingCost)
    },
  )

  test('that cost is what the interpreter measures', async () => {
    const { build, inputs, output, golden, roundingCost } = await caseNamed('second text encoder')
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
      tensors
        .filter(one => one.isExternal && one.shape.filter(extent => extent > 1).length > 1)
        .map(({ name }) => name),
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

function caseNamed(name: string): Promise<NetworkCase> {
  const open = networkCases[name]
  if (!open) throw new Error(`no case ${name}`)
  return open(oracle)
}
