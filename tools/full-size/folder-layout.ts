/** A full-size expert in diffusers' layout: a folder per network, with its config, and the tokenizers beside them. */

import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { TextEncoderName } from '../../src/common/choices.ts'
import { clipVocabulary } from '../../src/engine/text/tokenizer/clip-vocabulary.ts'
import { packageRoot } from '../../src/system/paths.ts'
import type { Component, ExpertName, Role } from './experts.ts'
import { randomHalves } from './random-weights.ts'
import { writeWeights } from './write-weights.ts'

const weightFiles: Readonly<Record<Role, string>> = {
  text_encoder: 'model.safetensors',
  text_encoder_2: 'model.safetensors',
  unet: 'diffusion_pytorch_model.safetensors',
  vae: 'diffusion_pytorch_model.safetensors',
}

/** CLIP's vocabulary with its merges. */
const tokens = 49_408

export async function writeFolder(
  folder: string,
  expert: ExpertName,
  components: readonly Component[],
): Promise<void> {
  for (const { role, config, tensors, seed } of components) {
    await mkdir(join(folder, role), { recursive: true })
    await writeFile(join(folder, role, 'config.json'), JSON.stringify(config, null, 2))
    await writeWeights(
      join(folder, role, weightFiles[role]),
      tensors.map(tensor => ({ ...tensor, values: () => randomHalves(seed, tensor) })),
    )
  }
  const demo = join(packageRoot, 'models/demo', expert)
  await copy(demo, folder, '.', ['model_index.json'])
  await copy(demo, folder, 'scheduler', ['scheduler_config.json'])
  if (expert === 'base') await writeTokenizer(demo, folder, 'tokenizer', 'first')
  await writeTokenizer(demo, folder, 'tokenizer_2', 'second')
}

/** What the bundled model's tokenizers say of their marks holds of SDXL's too; the vocabulary is all of CLIP's. */
async function writeTokenizer(
  demo: string,
  folder: string,
  name: string,
  encoder: TextEncoderName,
): Promise<void> {
  await copy(demo, folder, name, ['tokenizer_config.json', 'special_tokens_map.json'])
  const { ids, merges } = await clipVocabulary(tokens, encoder)
  await writeFile(join(folder, name, 'vocab.json'), JSON.stringify(ids))
  const lines = ['#version: 0.2', ...merges.map(pair => pair.join(' ')), '']
  await writeFile(join(folder, name, 'merges.txt'), lines.join('\n'))
}

async function copy(from: string, to: string, below: string, names: readonly string[]): Promise<void> {
  await mkdir(join(to, below), { recursive: true })
  for (const name of names) await copyFile(join(from, below, name), join(to, below, name))
}
