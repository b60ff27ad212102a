/** Promises of recognition: a file's kind and family, by the names and shapes of its tensors alone. */
import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { memoryHashCache } from '../../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../../src/engine/models/library.ts'
import { recognise } from '../../../../src/engine/models/recognise/recognise.ts'
import { modelsFolder, oracleCheckpoints, oracleModels } from '../../../helpers/models/oracle-models.ts'

const golden = [oracleModels(), oracleCheckpoints()]

/** "kind family" of a file with these tensors: name → shape. */
function kindOf(shapes: Readonly<Record<string, readonly number[]>>): string {
  const tensors = new Map(
    Object.entries(shapes).map(([name, shape]) => [
      name,
      { name, dtype: 'F16', shape, file: '', offset: 0, length: 0 } as const,
    ]),
  )
  const found = recognise({ tensors, metadata: {} })
  return found ? `${found.kind} ${found.family}` : 'unknown'
}

describe('LoRAs', () => {
  test('every golden LoRA is recognised, apart from those that are there to be refused', async () => {
    const files = golden.flatMap(oracle =>
      readdirSync(oracle.path('lora'))
        .filter(name => name.endsWith('.safetensors'))
        .map(name => [`loras/${name}`, oracle.path(`lora/${name}`)] as const),
    )
    const root = modelsFolder(Object.fromEntries(files))
    const { unused } = await readModels({ roots: [root], linkTargets: [], cache: memoryHashCache() })
    expect(unused.map(({ name }) => name).sort()).toEqual(['refuse-flux', 'refuse-oft', 'refuse-sd15'])
  })

  const key = 'lora_unet_output_blocks_5_1_transformer_blocks_0_attn2_to_k'
  test.each([
    ['LoRA', (width: number) => ({ 'lora_down.weight': [4, width], 'lora_up.weight': [640, 4] })],
    [
      'LoHa',
      (width: number) => ({
        hada_w1_a: [640, 4],
        hada_w1_b: [4, width],
        hada_w2_a: [640, 4],
        hada_w2_b: [4, width],
      }),
    ],
    ['LoKr with one factor whole', (width: number) => ({ lokr_w1: [16, 32], lokr_w2: [40, width / 32] })],
    [
      'LoKr with both factors decomposed',
      (width: number) => ({
        lokr_w1_a: [16, 4],
        lokr_w1_b: [4, 32],
        lokr_w2_a: [40, 4],
        lokr_w2_b: [4, width / 32],
      }),
    ],
    ['full difference', (width: number) => ({ diff: [640, width] })],
  ])('a %s with nothing but its factors is one, for the family of its text width', (_name, factors) => {
    const ofWidth = (width: number) =>
      kindOf(
        Object.fromEntries(Object.entries(factors(width)).map(([role, shape]) => [`${key}.${role}`, shape])),
      )
    expect([768, 1024, 2048].map(ofWidth)).toEqual(['lora SD 1.x', 'lora SD 2.x', 'lora SDXL'])
  })

  test.each([
    'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight',
    'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.default.weight',
    'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora.down.weight',
    'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k.lora_linear_layer.down.weight',
    'unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.down.weight',
    'lora_unet_down_blocks_1_attentions_0_transformer_blocks_0_attn2_to_k.lora_A.weight',
  ])('the text width is found under %s', name => {
    expect([768, 2048].map(width => kindOf({ [name]: [4, width] }))).toEqual(['lora SD 1.x', 'lora SDXL'])
  })
})

test('an IP-Adapter that contains a LoRA is an IP-Adapter', () => {
  const shapes = { 'image_proj.proj.0.weight': [1], 'ip_adapter.1.to_k_lora.down.weight': [4, 2048] }
  expect(kindOf(shapes)).toBe('ip-adapter SDXL')
})

describe('Checkpoints', () => {
  const base = {
    'model.diffusion_model.input_blocks.0.0.weight': [320, 4, 3, 3],
    'model.diffusion_model.label_emb.0.0.weight': [1280, 2816],
    'model.diffusion_model.input_blocks.4.1.transformer_blocks.0.attn2.to_k.weight': [640, 2048],
  }

  test('CosXL is told from SDXL, whose U-Net it has, by its sigmas', () => {
    expect(kindOf(base)).toBe('checkpoint SDXL')
    for (const marker of ['edm_vpred.sigma_max', 'edm_vpred.sigma_min']) {
      expect(kindOf({ ...base, [marker]: [] })).toBe('checkpoint CosXL')
    }
  })
})

describe('What is not for SDXL is not listed as SDXL', () => {
  test.each<[string, Readonly<Record<string, readonly number[]>>]>([
    ['lora Wan', { 'diffusion_model.blocks.0.cross_attn.k.lora_A.weight': [4, 5120] }],
    ['lora Wan', { 'lora_unet_blocks_0_self_attn_q.lora_down.weight': [4, 5120] }],
    [
      'lora AnimateDiff',
      {
        'down_blocks.0.motion_modules.0.temporal_transformer.transformer_blocks.0.attention_blocks.0.processor.to_q_lora.down.weight':
          [4, 320],
      },
    ],
    ['lora Qwen Image', { 'transformer.transformer_blocks.0.img_mlp.net.2.lora_A.weight': [4, 12_288] }],
    ['lora Qwen Image', { 'transformer_blocks.0.txt_mlp.net.2.lora_down.weight': [4, 12_288] }],
    ['lora SD 3', { 'transformer.transformer_blocks.0.attn.add_k_proj.lora_A.weight': [4, 1536] }],
    ['lora SD 1.x / 2.x', { 'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': [4, 768] }],
    ['lora SDXL', { 'lora_te1_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': [4, 768] }],
    ['lora Qwen Image', { 'transformer_blocks.0.attn.add_k_proj.lora_A.weight': [4, 3072] }],
    ['lora Qwen Image', { 'transformer.transformer_blocks.0.attn.to_k.lora_A.default.weight': [4, 3072] }],
    ['lora SD 3', { 'transformer_blocks.0.attn.to_k.lora_A.weight': [4, 1536] }],
    ['lora Lumina / Z-Image', { 'diffusion_model.layers.0.attention.to_q.lora_A.weight': [4, 3840] }],
    [
      'vae SD 3 / Flux',
      { 'decoder.mid.block_1.norm1.weight': [512], 'decoder.conv_in.weight': [512, 16, 3, 3] },
    ],
    ['vae SDXL', { 'decoder.mid.block_1.norm1.weight': [512], 'decoder.conv_in.weight': [512, 4, 3, 3] }],
    ['embedding SD 2.x', { emb_params: [1, 1024] }],
    ['embedding T5', { emb_params: [1, 4096] }],
    ['embedding SDXL', { emb_params: [1, 1280] }],
    ['ip-adapter SD 1.x', { 'image_proj.proj.weight': [8, 8], 'ip_adapter.1.to_k_ip.weight': [320, 768] }],
    ['ip-adapter SDXL', { 'image_proj.proj.weight': [8, 8], 'ip_adapter.1.to_k_ip.weight': [640, 2048] }],
  ])('%s: %j', (kind, shapes) => {
    expect(kindOf(shapes)).toBe(kind)
  })
})
