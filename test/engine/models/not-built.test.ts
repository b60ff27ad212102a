/** Files that people keep beside SDXL's and that are not built: each is named for what it is. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { kindOfFolder } from '../../../src/engine/models/recognise/kinds.ts'
import { floats, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const layer = 'base_model.model.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q'

/** The names that tell SDXL's U-Net. */
const attention = 'down_blocks.1.attentions.0.transformer_blocks.0'
const unet = ['conv_in.weight', 'add_embedding.linear_1.weight', `${attention}.attn2.to_k.weight`]

/** Tensors of one value each. */
function tensorsOf(names: readonly string[]) {
  return Object.fromEntries(names.map(name => [name, { dtype: 'F32', shape: [1], bytes: floats(1) }]))
}

/** The problem of a file with these tensors, each of one value. */
async function problemOf(file: string, names: readonly string[]) {
  const root = tempFolder()
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  writeSafetensors(path, tensorsOf(names))
  const { unused } = await readModels({ roots: [root], linkTargets: [], cache: memoryHashCache() })
  return unused.map(({ error }) => Object(error.details).problem)
}

test.each([
  [
    'ControlNet-LLLite',
    'controlnet',
    ['lllite_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q.down.0.weight'],
  ],
  ['T2I-Adapter', 'controlnet', ['adapter.conv_in.weight', 'adapter.body.0.resnets.0.block1.weight']],
  ['T2I-Adapter', 'controlnet', ['conv_in.weight', 'body.0.block1.weight']],
  ['TAESD', 'vae', ['1.weight', '1.bias', '3.conv.0.weight', '3.conv.0.bias']],
  ['LCM-SDXL', 'unet', [...unet, 'time_embedding.cond_proj.weight']],
  ['GLIGEN', 'unet', [...unet, `${attention}.fuser.attn.to_k.weight`]],
  ['U-Net + IP-Adapter', 'unet', [...unet, `${attention}.attn2.processor.to_k_ip.0.weight`]],
  ['OFT', 'loras', [`${layer}.oft_R.weight`]],
  ['BOFT', 'loras', [`${layer}.boft_R`, `${layer}.boft_s`]],
  ['IA³', 'loras', [`${layer}.ia3_l`]],
  ['VeRA', 'loras', [`${layer}.vera_lambda_b`, `${layer}.vera_lambda_d`]],
  ['TAESD', 'vae', ['decoder.layers.0.weight', 'decoder.layers.2.conv.0.weight', 'encoder.layers.0.bias']],
] as const)('%s in the folder %s', async (variant, folder, names) => {
  expect(await problemOf(`${folder}/x.safetensors`, names)).toEqual([
    { what: 'variant-not-built', kind: kindOfFolder(folder), variant },
  ])
})

describe('A folder that PEFT wrote', () => {
  const factors = [`${layer}.lora_A.weight`, `${layer}.lora_B.weight`]

  /** The folder `loras/x` with this config beside its weights. */
  async function folderWith(config: object, names: readonly string[] = factors) {
    const root = tempFolder()
    mkdirSync(join(root, 'loras/x'), { recursive: true })
    writeFileSync(join(root, 'loras/x/adapter_config.json'), JSON.stringify(config))
    writeSafetensors(join(root, 'loras/x/adapter_model.safetensors'), tensorsOf(names))
    return readModels({ roots: [root], linkTargets: [], cache: memoryHashCache() })
  }

  test('is one LoRA under the name of the folder, and its config is part of its hash', async () => {
    const catalogues = await Promise.all(
      [4, 8].map(alpha => folderWith({ peft_type: 'LORA', r: 4, lora_alpha: alpha })),
    )
    const files = catalogues.map(({ files: [file] }) => file)
    expect(files.map(file => [file?.kind, file?.name])).toEqual([
      ['lora', 'x'],
      ['lora', 'x'],
    ])
    expect(files[0]?.hash).not.toBe(files[1]?.hash)
  })

  test.each([
    ['BOFT', 'BOFT'],
    ['IA3', 'IA³'],
    ['NEWEST', 'NEWEST'],
  ])('of the type %s is named for what it is', async (type, variant) => {
    const { unused } = await folderWith({ peft_type: type })
    expect(unused.map(({ name, error }) => [name, Object(error.details).problem])).toEqual([
      ['x', { what: 'variant-not-built', kind: 'lora', variant }],
    ])
  })

  test.each([
    ['init_lora_weights', { init_lora_weights: 'pissa' }],
    ['alpha_pattern.(a+)+b', { alpha_pattern: { '(a+)+b': 2 } }],
  ])('with an unsupported %s is refused, naming the key', async (key, more) => {
    const { unused } = await folderWith({ peft_type: 'LORA', r: 4, lora_alpha: 4, ...more })
    expect(unused.map(({ error }) => Object(error.details).key)).toEqual([key])
  })
})
