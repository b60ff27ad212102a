/** The model of full size that measurements are made with: its sizes, its names, and weights that follow from them. */
import { beforeAll, describe, expect, test } from 'vitest'
import { type Naming, sourceInFile } from '../../src/engine/weights/layouts/single-file.ts'
import { halfToNumber } from '../../src/engine/weights/number-types.ts'
import type { StoredTensor } from '../../src/engine/weights/safetensors.ts'
import { type Component, componentsOf, expertNames } from '../../tools/full-size/experts.ts'
import { randomHalves } from '../../tools/full-size/random-weights.ts'
import { originalTensors } from '../../tools/full-size/single-file.ts'
import { elementsOf } from '../../tools/full-size/tensors.ts'

const parameters = (components: readonly Component[]) =>
  components.flatMap(({ tensors }) => tensors).reduce((sum, tensor) => sum + elementsOf(tensor), 0)

test.each([
  ['base', 123_060_480 + 694_659_840 + 2_567_463_684 + 83_653_863],
  ['refiner', 694_659_840 + 2_259_526_660 + 83_653_863],
] as const)('the %s has the published number of parameters', async (name, count) => {
  expect(parameters(await componentsOf(name))).toBe(count)
})

describe.each(expertNames)('%s, as a single file,', name => {
  let components: Component[]
  beforeAll(async () => {
    components = await componentsOf(name)
  })

  test.each([
    ['text_encoder', 'diffusers'],
    ['text_encoder_2', 'open-clip'],
    ['unet', 'original-unet'],
    ['vae', 'original-vae'],
  ] as const)(
    'holds every tensor of %s where its reader looks for it, which gives it the name in the folder',
    (role, naming: Naming) => {
      const component = components.find(one => one.role === role)
      if (!component) return expect([name, role]).toEqual(['refiner', 'text_encoder'])
      const written = originalTensors(component, name)
      const prefix =
        /^(?:conditioner\.embedders\.\d\.(?:transformer|model)|model\.diffusion_model|first_stage_model)\./
      const tensors = new Map(
        written.map(({ name: full, shape }): [string, StoredTensor] => {
          const own = full.replace(prefix, '')
          return [
            own,
            { name: own, dtype: 'F16', shape, file: 'f', offset: 0, length: 2 * elementsOf({ shape }) },
          ]
        }),
      )
      const source = sourceInFile('f', tensors, naming)
      for (const { name: asked, shape } of component.tensors) {
        expect(source.find(asked, shape)).toMatchObject({ name: asked, shape })
      }
      const count = written.reduce((sum, tensor) => sum + elementsOf(tensor), 0)
      expect(count).toBe(parameters([component]))
    },
  )

  test('has a fused matrix made of the folder’s three, and a transposed projection', () => {
    const second = components.find(({ role }) => role === 'text_encoder_2')
    if (!second) throw new Error('there is no second text encoder')
    const tiny = { ...second, tensors: tinyTensors }
    const written = new Map(originalTensors(tiny, name).map(one => [one.name.replace(/^.*model\./, ''), one]))
    const fused = written.get('transformer.resblocks.0.attn.in_proj_bias')?.values() ?? []
    const thirds = tinyTensors.slice(1, 4).flatMap(one => [...randomHalves(tiny.seed, one)])
    expect([...fused]).toEqual(thirds)
    const [projection] = tinyTensors.slice(4)
    const folder = projection ? randomHalves(tiny.seed, projection) : []
    expect([...(written.get('text_projection')?.values() ?? [])]).toEqual(
      [0, 3, 1, 4, 2, 5].map(i => folder[i]),
    )
  })
})

const layer = 'text_model.encoder.layers.0'
const tinyTensors = [
  { name: `${layer}.layer_norm1.weight`, shape: [4] },
  { name: `${layer}.self_attn.q_proj.bias`, shape: [4] },
  { name: `${layer}.self_attn.k_proj.bias`, shape: [4] },
  { name: `${layer}.self_attn.v_proj.bias`, shape: [4] },
  { name: 'text_projection.weight', shape: [2, 3] },
]

test('weights follow from their names, keep the variance of what they are given, and are finite', () => {
  const tensor = { name: 'conv.weight', shape: [64, 100, 3, 3] }
  const values = Float64Array.from(randomHalves('unet', tensor), halfToNumber)
  const variance = values.reduce((sum, value) => sum + value ** 2, 0) / values.length
  expect(values.every(Number.isFinite)).toBe(true)
  expect(variance * 900).toBeCloseTo(1, 1)
  expect(randomHalves('unet', tensor)).toEqual(randomHalves('unet', tensor))
  expect(randomHalves('vae', tensor)).not.toEqual(randomHalves('unet', tensor))
})
