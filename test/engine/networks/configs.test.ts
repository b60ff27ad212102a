import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { clipConfigSchema } from '../../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../../src/engine/networks/configs/vae-config.ts'
import { parseConfig } from '../../../src/engine/weights/config-file.ts'
import { toAppError } from '../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import unet from '../../fixtures/configs/base-unet.json' with { type: 'json' }
import openClip from '../../fixtures/configs/open-clip-big-g.json' with { type: 'json' }
import refiner from '../../fixtures/configs/refiner-unet.json' with { type: 'json' }
import vae from '../../fixtures/configs/vae.json' with { type: 'json' }

const kinds: Record<string, [z.ZodType, object]> = {
  unet: [unetConfigSchema, unet],
  vae: [vaeConfigSchema, vae],
  clip: [clipConfigSchema, openClip],
}

describe('A config.json that asks for what is not built is refused, naming the key and what is supported', () => {
  test.each([
    ['unet', 'act_fn', 'relu', 'is "relu", but only "silu" is supported'],
    ['unet', 'addition_embed_type', null, 'is not "text_time": this is no SDXL model'],
    ['unet', 'class_embed_type', 'timestep', 'is "timestep", but only null is supported'],
    ['unet', 'use_linear_projection', false, 'is false, but only true is supported'],
    ['unet', 'use_linear_projection', undefined, 'is missing, but only true is supported'],
    ['unet', 'conv_in_kernel', 5, 'is 5, but only 3 is supported'],
    [
      'unet',
      'mid_block_type',
      'UNetMidBlock2DSimpleCrossAttn',
      'is "UNetMidBlock2DSimpleCrossAttn", but only "UNetMidBlock2DCrossAttn" or "UNetMidBlock2D" is supported',
    ],
    ['unet', 'reverse_transformer_layers_per_block', [1, 2], 'has 2 entries for 3 levels'],
    [
      'unet',
      'reverse_transformer_layers_per_block',
      [[1, 2], 1, 1],
      'has a list of 2 depths for a block of 3',
    ],
    [
      'unet',
      'transformer_layers_per_block',
      [1, [1, 1], 1],
      'reverse_transformer_layers_per_block is missing',
    ],
    ['unet', 'encoder_hid_dim_type', 'text_proj', 'but only null is supported'],
    ['unet', 'block_out_channels', [320, 640, 1281], 'has 1281, no multiple of norm_num_groups (32)'],
    ['unet', 'block_out_channels', [320, 640], 'has 3 entries for 2 levels'],
    ['unet', 'block_out_channels', [], ''],
    ['unet', 'attention_head_dim', [5, 10, 21], 'has 21 heads for 1280 channels'],
    ['unet', 'transformer_layers_per_block', [1, 'two', 10], 'is [1,"two",10], which is not understood'],
    ['unet', 'transformer_layers_per_block', [1, 2], 'has 2 entries for 3 levels'],
    ['unet', 'layers_per_block', 0, ''],
    ['unet', 'cross_attention_dim', null, 'which is not a number'],
    ['vae', 'act_fn', 'relu', 'is "relu", but only "silu" is supported'],
    ['vae', 'latents_mean', [0, 0, 0], 'is 3, but latent_channels is 4'],
    ['vae', 'block_out_channels', [128, 250, 512, 512], 'has 250, no multiple of norm_num_groups (32)'],
    ['vae', 'out_channels', 4, 'is 4, but only 3 is supported'],
    ['vae', 'scaling_factor', 0, ''],
    ['clip', 'hidden_act', 'relu', 'is "relu", but only "quick_gelu" or "gelu" is supported'],
    ['clip', 'num_attention_heads', 7, 'is 7, which does not divide hidden_size (1280)'],
    ['clip', 'hidden_size', 1.5, 'which is not a whole number'],
  ])('%s: %s %j', (kind, key, value, problem) => {
    expect(() => parse(kind, { [key]: value })).toThrow(
      expect.objectContaining({
        code: 'model-config',
        details: expect.objectContaining({
          file: `${kind}/config.json`,
        }),
      }),
    )
    expect(sentenceOf(() => parse(kind, { [key]: value }))).toContain(problem)
  })

  test('with the position of an unknown block', () => {
    expect(() =>
      parse('unet', { down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'] }),
    ).toThrow(/"key":"down_block_types\.1".*AttnDownBlock2D/)
  })

  test('a config that is not an object is refused, too', () => {
    expect(() => parseConfig('unet/config.json', [], unetConfigSchema)).toThrow(/model-config/)
  })
})

describe('A config.json is understood', () => {
  test('level by level, whether depths are one number or a list', () => {
    const base = parseConfig('unet', unet, unetConfigSchema)
    expect(
      base.levels.map(level => [level.channels, level.transformer.depthsDown, level.transformer.heads]),
    ).toEqual([
      [320, [1, 1], 5],
      [640, [2, 2], 10],
      [1280, [10, 10], 20],
    ])
    expect(base.levels.map(level => [level.attentionDown, level.attentionUp])).toEqual([
      [false, false],
      [true, true],
      [true, true],
    ])
    const four = parseConfig('unet', refiner, unetConfigSchema)
    expect(four.levels.map(level => level.transformer.depthsUp)).toEqual(Array(4).fill([4, 4, 4]))
    expect(four.middleDepth).toBe(4)
  })

  test('even if it has keys of later versions', () => {
    expect(() => parse('unet', { some_new_key: 1, _diffusers_version: '9.9' })).not.toThrow()
  })

  test('with the pooled text at the first end token, or by its legacy rule', () => {
    expect(parseConfig('clip', openClip, clipConfigSchema).pooledAt).toBe('first-highest-id')
    const modern = { ...openClip, eos_token_id: 49407 }
    expect(parseConfig('clip', modern, clipConfigSchema).pooledAt).toEqual({ id: 49407 })
  })
})

function sentenceOf(parsing: () => unknown): string {
  try {
    parsing()
  } catch (error) {
    return errorSentence(en, toAppError(error))
  }
  return 'it was taken'
}

function parse(kind: string, changes: object): unknown {
  const [schema, config] = kinds[kind] ?? []
  if (!schema) throw new Error(kind)
  return parseConfig(`${kind}/config.json`, { ...config, ...changes }, schema)
}
