/** Promises of reading LoRA files: every module finds its weight or is named, and what does not fit is refused with both shapes. */
import { describe, expect, test } from 'vitest'
import type { MatrixShape } from '../../../../src/engine/weights/lora/family.ts'
import { matchLora } from '../../../../src/engine/weights/lora/match-lora.ts'
import { moduleIndex } from '../../../../src/engine/weights/lora/module-index.ts'
import type { SafetensorsHeader } from '../../../../src/engine/weights/safetensors.ts'
import { AppError } from '../../../../src/errors/errors.ts'

const query = 'down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q'
const model = {
  unet: weights({
    [`${query}.weight`]: [64, 32],
    'down_blocks.0.resnets.0.conv1.weight': [32, 32, 3, 3],
    'down_blocks.0.resnets.0.conv1.bias': [32],
    'down_blocks.1.resnets.0.conv1.weight': [64, 32, 3, 3],
    'down_blocks.0.downsamplers.0.conv.weight': [32, 32, 3, 3],
    'up_blocks.0.attentions.0.norm.weight': [64],
  }),
  textEncoder: weights({ 'text_model.encoder.layers.0.self_attn.q_proj.weight': [16, 16] }),
  textEncoder2: weights({ 'text_model.encoder.layers.0.self_attn.q_proj.weight': [24, 24] }),
}
const index = moduleIndex(model)

function weights(shapes: Record<string, MatrixShape>): ReadonlyMap<string, { shape: MatrixShape }> {
  return new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }]))
}

function file(shapes: Record<string, MatrixShape>): SafetensorsHeader {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    return [name, { name, dtype: 'F16', shape, file: '/lora', offset: 0, length: 0 }] as const
  })
  return { tensors: new Map(tensors), metadata: {} }
}

const match = (shapes: Record<string, MatrixShape>) => matchLora('/lora', file(shapes), model, index)

/** A module of rank 4 for the query's weight. */
const pair = (module: string, down = 'lora_down.weight', up = 'lora_up.weight') => ({
  [`${module}.${down}`]: [4, 32],
  [`${module}.${up}`]: [64, 4],
})

describe('one module, whatever programs call it', () => {
  const dotted = `unet.${query}`
  const underscored = query.replaceAll('.', '_')
  const original = 'input_blocks.3.1.transformer_blocks.0.attn1.to_q'
  const cases: Record<string, Record<string, MatrixShape>> = {
    'kohya, diffusers names': pair(`lora_unet_${underscored}`),
    'kohya, original names': pair(`lora_unet_${original.replaceAll('.', '_')}`),
    'LyCORIS by itself': pair(`lycoris_${underscored}`),
    'original names with dots': pair(`diffusion_model.${original}`, 'lora_A.weight', 'lora_B.weight'),
    PEFT: pair(dotted, 'lora_A.weight', 'lora_B.weight'),
    'PEFT, adapter named': pair(dotted, 'lora_A.default.weight', 'lora_B.default.weight'),
    'PEFT, whole model': pair(`base_model.model.${query}`, 'lora_A.weight', 'lora_B.weight'),
    'PEFT, one of several models': pair(`unet.base_model.model.${query}`, 'lora_A.weight', 'lora_B.weight'),
    'diffusers, layer': pair(dotted, 'lora.down.weight', 'lora.up.weight'),
    'diffusers, processor': pair(dotted.replace('to_q', 'processor.to_q_lora'), 'down.weight', 'up.weight'),
    'diffusers, attention': pair(dotted.replace('to_q', 'to_q_lora'), 'down.weight', 'up.weight'),
  }
  for (const [name, shapes] of Object.entries(cases)) {
    test(`${name} finds its weight`, () => {
      const { updates, unmatched } = match(shapes)
      expect(unmatched).toEqual([])
      expect(updates.map(({ network, tensor }) => [network, tensor])).toEqual([['unet', `${query}.weight`]])
    })
  }

  test('the two text encoders are not taken for each other', () => {
    const layer = 'text_model_encoder_layers_0_self_attn_q_proj'
    const { updates } = match({
      [`lora_te1_${layer}.lora_down.weight`]: [2, 16],
      [`lora_te1_${layer}.lora_up.weight`]: [16, 2],
      [`lora_te2_${layer}.lora_down.weight`]: [2, 24],
      [`lora_te2_${layer}.lora_up.weight`]: [24, 2],
    })
    expect(updates.map(({ network }) => network)).toEqual(['textEncoder', 'textEncoder2'])
  })
})

describe('PEFT’s other tensors', () => {
  const conv = 'unet.down_blocks.0.resnets.0.conv1'
  const factors = { [`${conv}.lora_A.weight`]: [4, 32, 3, 3], [`${conv}.lora_B.weight`]: [32, 4, 1, 1] }

  test('magnitudes of a convolution are one per output, in whatever shape', () => {
    const { updates } = match({ ...factors, [`${conv}.lora_magnitude_vector`]: [1, 32, 1, 1] })
    expect(updates.map(({ factors }) => factors.dora_scale?.shape)).toEqual([[32]])
  })

  test('a bias of lora_B changes the layer’s bias', () => {
    const { updates } = match({ ...factors, [`${conv}.lora_B.bias`]: [32] })
    const changed = updates.map(({ tensor, factors }) => [tensor.split('.').at(-1), Object.keys(factors)])
    expect(changed).toEqual([
      ['weight', ['lora_up', 'lora_down']],
      ['bias', ['lora_up_bias', 'lora_down']],
    ])
  })

  test('a bias for a layer without one is named, and the rest is used', () => {
    const pairWithBias = {
      ...pair(`unet.${query}`, 'lora_A.weight', 'lora_B.weight'),
      [`unet.${query}.lora_B.bias`]: [64],
    }
    expect(match(pairWithBias)).toMatchObject({ matched: 1, unmatched: [`unet.${query}.bias`] })
  })
})

describe('alphas in the metadata', () => {
  const scaleWith = (alpha_pattern: Record<string, number>) => {
    const { tensors } = file(pair(`unet.${query}`, 'lora_A.weight', 'lora_B.weight'))
    const own = { 'unet.lora_alpha': 3, 'unet.alpha_pattern': alpha_pattern }
    const metadata = { lora_adapter_metadata: JSON.stringify(own) }
    return matchLora('/lora', { tensors, metadata }, model, index).updates.map(({ scale }) => scale?.alpha)
  }

  test.each([
    ['to_q', 5],
    [`^${query}`, 5],
    ['^to_q', 3],
    ['o_q', 3],
    [String.raw`down_blocks\.1.*to_q`, 5],
  ])('%s gives %d', (key, alpha) => {
    expect(scaleWith({ [key]: 5 })).toEqual([alpha])
  })

  test('an expression that is more than names is refused, naming it', () => {
    expect(refusalOf(() => scaleWith({ '(to_q|to_k)': 5 }))).toMatchObject({
      code: 'model-config',
      details: { key: 'alpha_pattern.(to_q|to_k)' },
    })
  })
})

describe('what fits nothing', () => {
  test('modules that the model lacks, and tensors that are no factors, are named and the rest is used', () => {
    const { matched, unmatched } = match({
      ...pair(`unet.${query}`),
      ...pair('lora_unet_down_blocks_9_attentions_0_proj_in'),
      'something.else': [1],
    })
    expect(matched).toBe(1)
    expect(unmatched).toEqual(['something.else', 'lora_unet_down_blocks_9_attentions_0_proj_in'])
  })

  test('half a pair is no update', () => {
    expect(match({ [`unet.${query}.lora_down.weight`]: [4, 32] })).toMatchObject({
      matched: 0,
      unmatched: [`unet.${query}`],
    })
  })

  test('a difference of a bias that the layer does not have is named', () => {
    expect(match({ [`unet.${query}.diff_b`]: [64] }).unmatched).toEqual([`unet.${query}`])
  })

  test('embeddings that a trainer put beside are no weights, and are named', () => {
    expect(
      match({ 'bundle_emb.word.clip_l': [1, 16], 'bundle_emb.word.string_to_param.*': [1, 16] }),
    ).toMatchObject({ matched: 0, unmatched: [], embeddings: ['word'] })
  })
})

describe('shapes that do not fit', () => {
  const conv = 'lora_unet_down_blocks_0_resnets_0_conv1'
  const to = `unet.${query}`
  const cases: Record<string, Record<string, MatrixShape>> = {
    'another width': { [`${to}.lora_down.weight`]: [4, 48], [`${to}.lora_up.weight`]: [64, 4] },
    'factors of two ranks': { [`${to}.lora_down.weight`]: [4, 32], [`${to}.lora_up.weight`]: [64, 8] },
    'a rank of nothing': { [`${to}.lora_down.weight`]: [0, 32], [`${to}.lora_up.weight`]: [64, 0] },
    'several alphas': { ...pair(to), [`${to}.alpha`]: [2] },
    'magnitudes of another count': { ...pair(to), [`${to}.dora_scale`]: [63, 1] },
    'a core of another rank': {
      [`${conv}.lora_down.weight`]: [4, 32, 1, 1],
      [`${conv}.lora_mid.weight`]: [4, 5, 3, 3],
      [`${conv}.lora_up.weight`]: [32, 4, 1, 1],
    },
    'a kernel of another size': {
      [`${conv}.lora_down.weight`]: [4, 32, 5, 5],
      [`${conv}.lora_up.weight`]: [32, 4, 1, 1],
    },
    'LoHa halves of two sizes': {
      [`${to}.hada_w1_a`]: [64, 2],
      [`${to}.hada_w1_b`]: [2, 32],
      [`${to}.hada_w2_a`]: [64, 2],
      [`${to}.hada_w2_b`]: [2, 16],
    },
    'a LoKr that is too large': { [`${to}.lokr_w1`]: [8, 8], [`${to}.lokr_w2`]: [16, 4] },
    'a scalar for a whole difference': { [`${to}.diff`]: [] },
  }
  for (const [name, shapes] of Object.entries(cases)) {
    test(`${name} is refused, naming the module and the shapes`, () => {
      const refusal = refusalOf(() => match(shapes))
      expect(refusal).toMatchObject({
        code: 'model-file',
        details: {
          file: '/lora',
          problem: { what: 'lora-shape', found: expect.arrayContaining(Object.values(shapes)) },
        },
      })
    })
  }
})

function refusalOf(work: () => unknown): unknown {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error
    throw error
  }
  return undefined
}
