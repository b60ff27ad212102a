/** A small valid file of every kind that a models folder holds, with its reader. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'vitest'
import { z } from 'zod'
import { networksOf } from '../../src/engine/models/checkpoint/checkpoint-file.ts'
import { controlNetInFile } from '../../src/engine/models/control-files.ts'
import { recognise } from '../../src/engine/models/recognise/recognise.ts'
import { clipConfigSchema } from '../../src/engine/networks/configs/clip-config.ts'
import { unetConfigSchema } from '../../src/engine/networks/configs/unet-config.ts'
import { vaeConfigSchema } from '../../src/engine/networks/configs/vae-config.ts'
import { parseSchedule, readScheduleJson } from '../../src/engine/sampling/diffusers/scheduler-config.ts'
import { describeEmbedding } from '../../src/engine/text/embedding-file.ts'
import { openTokenizerPart } from '../../src/engine/text/tokenizer/open-tokenizer.ts'
import { readConfigFile } from '../../src/engine/weights/config-file.ts'
import { HeaderRefusal } from '../../src/engine/weights/header-parser.ts'
import { openDiffusersFolder } from '../../src/engine/weights/layouts/diffusers-folder.ts'
import { below, namings, sourceInFile } from '../../src/engine/weights/layouts/single-file.ts'
import { matchLora } from '../../src/engine/weights/lora/match-lora.ts'
import { moduleIndex } from '../../src/engine/weights/lora/module-index.ts'
import { readSafetensorsFrom, type SafetensorsHeader } from '../../src/engine/weights/safetensors.ts'
import { AppError } from '../../src/errors/errors.ts'
import { en, errorSentence } from '../../src/words/en.ts'
import { zhCn } from '../../src/words/zh-cn/index.ts'
import unetConfig from '../fixtures/configs/base-unet.json' with { type: 'json' }
import clipConfig from '../fixtures/configs/open-clip-big-g.json' with { type: 'json' }
import vaeConfig from '../fixtures/configs/vae.json' with { type: 'json' }
import { safetensorsBytes } from '../helpers/models/safetensors.ts'

/** A kind of file: an example as JSON text, and what is done with a mutated one. */
interface Reader {
  readonly example: string
  read(bytes: Buffer, folder: string): unknown
}

type Header = Readonly<Record<string, readonly [dtype: string, ...shape: number[]]>>

const widths: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, I64: 8 }

/** A header's JSON for tensors that lie side by side. */
function headerOf(tensors: Header): string {
  let end = 0
  const entries = Object.entries(tensors).map(([name, [dtype, ...shape]]) => {
    const begin = end
    end += shape.reduce((product, size) => product * size, widths[dtype] ?? 1)
    return [name, { dtype, shape, data_offsets: [begin, end] }]
  })
  return JSON.stringify({
    __metadata__: { 'modelspec.resolution': '1024x1024' },
    ...Object.fromEntries(entries),
  })
}

/** The header alone: whoever reads beyond it reads out of range. */
function headerIn(bytes: Buffer): Promise<SafetensorsHeader> {
  const file = safetensorsBytes(bytes, new Uint8Array())
  const sizes = [...bytes.toString('latin1').matchAll(/"data_offsets":\[\d+,(\d+)\]/g)].map(([, end]) =>
    Number(end),
  )
  const sizeBytes = file.length + Math.max(0, ...sizes)
  const read = async (at: number, length: number) => {
    if (at < 0 || length < 0 || at + length > file.length) throw new Error('read out of range')
    return file.subarray(at, at + length)
  }
  return readSafetensorsFrom({ sizeBytes, read }, '/nowhere/file.safetensors')
}

const checkpoint = headerOf({
  'model.diffusion_model.input_blocks.0.0.weight': ['F16', 32, 4, 3, 3],
  'model.diffusion_model.input_blocks.1.0.in_layers.0.weight': ['F16', 32],
  'model.diffusion_model.input_blocks.1.0.in_layers.2.weight': ['F16', 32, 32, 3, 3],
  'model.diffusion_model.input_blocks.1.1.norm.weight': ['F16', 32],
  'model.diffusion_model.input_blocks.1.1.proj_in.weight': ['F8_E4M3', 32, 32],
  'model.diffusion_model.input_blocks.1.1.proj_in.scale_weight': ['F32'],
  'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.norm1.weight': ['F16', 32],
  'model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': ['F16', 32, 192],
  'model.diffusion_model.input_blocks.2.0.op.weight': ['F16', 32, 32, 3, 3],
  'model.diffusion_model.middle_block.0.in_layers.0.weight': ['F16', 32],
  'model.diffusion_model.output_blocks.0.0.in_layers.0.weight': ['F16', 64],
  'model.diffusion_model.output_blocks.0.1.norm.weight': ['F16', 32],
  'model.diffusion_model.label_emb.0.0.weight': ['F16', 128, 320],
  'model.diffusion_model.out.2.weight': ['F16', 4, 32, 3, 3],
  'first_stage_model.decoder.mid.block_1.norm1.weight': ['BF16', 64],
  'first_stage_model.encoder.down.0.block.0.norm1.weight': ['BF16', 32],
  'first_stage_model.encoder.down.0.block.0.conv1.weight': ['BF16', 32, 32, 3, 3],
  'first_stage_model.encoder.mid.attn_1.q.weight': ['BF16', 64, 64, 1, 1],
  'first_stage_model.decoder.conv_in.weight': ['BF16', 64, 4, 3, 3],
  'conditioner.embedders.0.transformer.text_model.embeddings.token_embedding.weight': ['F16', 1024, 64],
  'conditioner.embedders.0.transformer.text_model.encoder.layers.0.mlp.fc1.weight': ['F16', 128, 64],
  'conditioner.embedders.1.model.token_embedding.weight': ['F16', 1024, 128],
  'conditioner.embedders.1.model.transformer.resblocks.0.ln_1.weight': ['F16', 128],
  'conditioner.embedders.1.model.transformer.resblocks.0.attn.in_proj_weight': ['F16', 384, 128],
  'conditioner.embedders.1.model.text_projection': ['F16', 128, 128],
  v_pred: ['F32', 0],
})

const query = 'down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q'
const lora = headerOf({
  'lora_unet_input_blocks_1_0_in_layers_2.lora_down.weight': ['F16', 4, 8, 1, 1],
  'lora_unet_input_blocks_1_0_in_layers_2.lora_mid.weight': ['F16', 4, 4, 3, 3],
  'lora_unet_input_blocks_1_0_in_layers_2.lora_up.weight': ['F16', 16, 4, 1, 1],
  'lora_unet_input_blocks_1_0_in_layers_2.diff_b': ['F16', 16],
  [`unet.${query}.lora_A.default.weight`]: ['F16', 2, 8],
  [`unet.${query}.lora_B.default.weight`]: ['F16', 16, 2],
  [`unet.${query}.lora_magnitude_vector`]: ['F16', 16],
  'lora_te1_text_model_encoder_layers_0_mlp_fc1.hada_w1_a': ['F16', 12, 2],
  'lora_te1_text_model_encoder_layers_0_mlp_fc1.hada_w1_b': ['F16', 2, 8],
  'lora_te1_text_model_encoder_layers_0_mlp_fc1.hada_w2_a': ['F16', 12, 2],
  'lora_te1_text_model_encoder_layers_0_mlp_fc1.hada_w2_b': ['F16', 2, 8],
  'lora_te1_text_model_encoder_layers_0_mlp_fc1.alpha': ['F16'],
  'lora_te2_text_model_encoder_layers_0_mlp_fc1.lokr_w1': ['F16', 3, 2],
  'lora_te2_text_model_encoder_layers_0_mlp_fc1.lokr_w2_a': ['F16', 4, 2],
  'lora_te2_text_model_encoder_layers_0_mlp_fc1.lokr_w2_b': ['F16', 2, 4],
})

const loraTargets = {
  unet: shapes({
    [`${query}.weight`]: [16, 8],
    'down_blocks.0.resnets.0.conv1.weight': [16, 8, 3, 3],
    'down_blocks.0.resnets.0.conv1.bias': [16],
  }),
  textEncoder: shapes({ 'text_model.encoder.layers.0.mlp.fc1.weight': [12, 8] }),
  textEncoder2: shapes({ 'text_model.encoder.layers.0.mlp.fc1.weight': [12, 8] }),
}
const loraIndex = moduleIndex(loraTargets)

function shapes(of: Readonly<Record<string, readonly number[]>>) {
  return new Map(Object.entries(of).map(([name, shape]) => [name, { shape }]))
}

/** Whatever is not refused makes a change of exactly the weight's size. */
async function readLora(bytes: Buffer): Promise<void> {
  const header = await headerIn(bytes)
  recognise(header)
  for (const { network, tensor, family, factors } of matchLora('file', header, loraTargets, loraIndex)
    .updates) {
    for (const factor of Object.values(factors)) checkRange(factor, header)
    const shape = loraTargets[network].get(tensor)?.shape ?? []
    const values = Object.entries(factors).map(([role, { shape: own }]) => {
      return [role, { shape: own, values: new Float64Array(own.reduce((count, size) => count * size, 1)) }]
    })
    const { length } = family.delta(Object.fromEntries(values), shape).values
    if (length !== shape.reduce((count, size) => count * size, 1)) throw new Error('a change of another size')
  }
}

/** Every name that a network could ask for: each place must lie within the file's data. */
async function readCheckpoint(bytes: Buffer): Promise<void> {
  const header = await headerIn(bytes)
  recognise(header)
  const schemas = {
    unet: unetConfigSchema,
    vae: vaeConfigSchema,
    textEncoder: clipConfigSchema,
    textEncoder2: clipConfigSchema,
  }
  for (const [role, { config }] of networksOf('file', header)) {
    // Some keys come from elsewhere: a refusal is as good as a config.
    z.unknown().parse(schemas[role].safeParse({ ...config, addition_time_embed_dim: 32 }))
  }
  for (const naming of namings) {
    for (const prefix of [
      '',
      'model.diffusion_model.',
      'first_stage_model.',
      'conditioner.embedders.1.model.',
    ]) {
      const source = sourceInFile('file', below(header.tensors, prefix), naming)
      for (const name of wanted) checkRange(source.find(name, [64, 64]), header)
    }
  }
}

const wanted = [
  'conv_in.weight',
  'down_blocks.0.attentions.0.proj_in.weight',
  'up_blocks.0.resnets.0.norm1.weight',
  'encoder.mid_block.attentions.0.to_q.weight',
  'text_projection.weight',
  ...['q', 'k', 'v'].map(part => `text_model.encoder.layers.0.self_attn.${part}_proj.weight`),
]

function checkRange(
  tensor: { offset: number; length: number } | undefined,
  { tensors }: SafetensorsHeader,
): void {
  if (!tensor) return
  const all = [...tensors.values()]
  const [first, last] = [all[0], all.at(-1)]
  const isInside =
    first &&
    last &&
    tensor.offset >= first.offset &&
    tensor.offset + tensor.length <= last.offset + last.length
  if (!isInside) throw new Error('a tensor beyond the data')
}

/** Writes the mutated bytes as that file, beside the files that it needs. */
export function inFolder(
  name: string,
  read: (folder: string) => Promise<unknown>,
  beside: Readonly<Record<string, string>> = {},
): Reader['read'] {
  return (bytes, folder) => {
    for (const [other, text] of Object.entries(beside)) write(join(folder, other), text)
    write(join(folder, name), bytes)
    return read(folder)
  }
}

export function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

const tokenizer = (folder: string) =>
  openTokenizerPart({ from: 'folder', folder, hash: '' }).then(one => one.encode('a cat <s0> 😀'))

const vocabulary = { a: 0, 'a</w>': 1, c: 2, at: 3, '<|startoftext|>': 4, '<|endoftext|>': 5, '!': 6 }
const added = {
  '4': { content: '<|startoftext|>', normalized: true },
  '7': { content: '<s0>', normalized: true },
}
const tokenizerJson = {
  added_tokens: [{ id: 7, content: '<s0>', normalized: true, special: false }],
  model: { type: 'BPE', end_of_word_suffix: '</w>', vocab: vocabulary, merges: [['a', 't'], 'c at'] },
}

export const readers: Readonly<Record<string, Reader>> = {
  'a checkpoint’s header': { example: checkpoint, read: readCheckpoint },
  'a ControlNet’s header': {
    example: headerOf({
      'control_model.input_blocks.0.0.weight': ['F16', 32, 4, 3, 3],
      'control_model.input_blocks.1.0.in_layers.2.weight': ['F16', 32, 32, 3, 3],
      'control_model.input_hint_block.0.weight': ['F16', 16, 3, 3, 3],
      'control_model.zero_convs.0.0.weight': ['F16', 32, 32, 1, 1],
    }),
    read: async bytes => controlNetInFile('file', await headerIn(bytes), ''),
  },
  'an embedding’s header': {
    example: headerOf({ clip_l: ['F32', 3, 768], clip_g: ['F16', 3, 1280] }),
    read: async bytes => describeEmbedding('file', await headerIn(bytes)),
  },
  'a LoRA’s header': { example: lora, read: readLora },
  'a U-Net’s config.json': {
    example: JSON.stringify(unetConfig),
    read: inFolder('config.json', folder => readConfigFile(join(folder, 'config.json'), unetConfigSchema)),
  },
  'a VAE’s config.json': {
    example: JSON.stringify(vaeConfig),
    read: inFolder('config.json', folder => readConfigFile(join(folder, 'config.json'), vaeConfigSchema)),
  },
  'a text encoder’s config.json': {
    example: JSON.stringify(clipConfig),
    read: inFolder('config.json', folder => readConfigFile(join(folder, 'config.json'), clipConfigSchema)),
  },
  'scheduler_config.json': {
    example: readFileSync('models/demo/base/scheduler/scheduler_config.json', 'utf8'),
    read: inFolder('scheduler_config.json', async folder => {
      const file = join(folder, 'scheduler_config.json')
      return parseSchedule(await readScheduleJson(file), file)
    }),
  },
  'tokenizer.json': {
    example: JSON.stringify(tokenizerJson),
    read: inFolder('tokenizer.json', tokenizer, { 'tokenizer_config.json': '{}' }),
  },
  'vocab.json': {
    example: JSON.stringify(vocabulary),
    read: inFolder('vocab.json', tokenizer, {
      'merges.txt': '#version\na t\nc at\n',
      'tokenizer_config.json': JSON.stringify({ added_tokens_decoder: added }),
    }),
  },
  'tokenizer_config.json': {
    example: JSON.stringify({ added_tokens_decoder: added, pad_token: { content: '!' } }),
    read: inFolder('tokenizer_config.json', tokenizer, {
      'merges.txt': 'a t\n',
      'vocab.json': JSON.stringify(vocabulary),
    }),
  },
  'an index of shards': {
    example: JSON.stringify({ metadata: {}, weight_map: { a: 'model-00001-of-00001.safetensors' } }),
    read: inFolder('model.safetensors.index.json', openDiffusersFolder, {
      'model-00001-of-00001.safetensors': safetensorsBytes(
        headerOf({ a: ['F32', 0] }),
        Buffer.alloc(0),
      ).toString('latin1'),
    }),
  },
}

/** Only what a person can be told may be thrown. */
export function judge(error: unknown): void {
  if (error instanceof HeaderRefusal) return
  if (!(error instanceof AppError) || !/^model-(file|config)$/.test(error.code)) throw error
  for (const words of [en, zhCn]) {
    expect(errorSentence(words, error)).not.toMatch(/undefined|object Object|NaN(?!o)/)
  }
}
