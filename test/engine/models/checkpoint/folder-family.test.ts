/** Promises of diffusers folders of other families: each is refused with its family, and with nothing that it lacks. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryHashCache } from '../../../../src/engine/models/hashes/hash-cache.ts'
import { isIntact, readModels } from '../../../../src/engine/models/library.ts'
import { writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

type Shapes = Readonly<Record<string, readonly number[]>>

/** The problem of a diffusers folder with that pipeline and that network: name → shape. */
async function problemOf(pipeline: string, network: string, shapes: Shapes | undefined): Promise<unknown> {
  const root = tempFolder()
  const folder = join(root, 'model', network)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(root, 'model/model_index.json'), JSON.stringify({ _class_name: pipeline }))
  writeFileSync(join(folder, 'config.json'), '{}')
  if (shapes) {
    const tensors = Object.entries(shapes).map(([name, shape]) => {
      const bytes = new Uint8Array(shape.reduce((a, b) => a * b, 1))
      return [name, { dtype: 'U8', shape, bytes }] as const
    })
    writeSafetensors(join(folder, 'diffusion_pytorch_model.safetensors'), Object.fromEntries(tensors))
  }
  const { unused } = await readModels({ roots: [root], linkTargets: [], cache: memoryHashCache() })
  expect(unused.map(({ name }) => name)).toEqual(['model'])
  expect(unused.every(isIntact)).toBe(true)
  return Object(unused[0]?.error.details).problem
}

const textKey = 'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight'
const query = 'transformer_blocks.0.attn.add_q_proj.weight'

test.each<[string, string, string, Shapes | undefined]>([
  ['SD 1.x', 'StableDiffusionPipeline', 'unet', { 'conv_in.weight': [8, 4, 3, 3], [textKey]: [8, 768] }],
  ['SD 2.x', 'StableDiffusionPipeline', 'unet', { 'conv_in.weight': [8, 4, 3, 3], [textKey]: [8, 1024] }],
  [
    'Stable Video Diffusion',
    'StableVideoDiffusionPipeline',
    'unet',
    { 'conv_in.weight': [8, 8, 3, 3], 'down_blocks.0.attentions.0.temporal_transformer_blocks.0.a': [1] },
  ],
  [
    'Kolors',
    'KolorsPipeline',
    'unet',
    { 'encoder_hid_proj.weight': [8, 4096], 'add_embedding.linear_1.weight': [8, 8] },
  ],
  [
    'DeepFloyd IF',
    'IFPipeline',
    'unet',
    { 'encoder_hid_proj.weight': [8, 4096], 'add_embedding.pool.k_proj.weight': [8, 8] },
  ],
  ['SD 3', 'StableDiffusion3Pipeline', 'transformer', { [query]: [8, 8], 'pos_embed.pos_embed': [8] }],
  ['Flux', 'FluxPipeline', 'transformer', { 'single_transformer_blocks.0.proj_mlp.weight': [8, 8] }],
  [
    'Stable Cascade / Wuerstchen (stage C)',
    'StableCascadePriorPipeline',
    'prior',
    { 'clip_txt_mapper.weight': [8, 8] },
  ],
  // A family that no recogniser knows, and one whose weights are in another format.
  ['Novel', 'NovelPipeline', 'transformer', { 'blocks.0.weight': [8] }],
  ['StableDiffusion3', 'StableDiffusion3Pipeline', 'transformer', undefined],
])('%s (%s, %s/)', async (family, pipeline, network, shapes) => {
  const problem = await problemOf(pipeline, network, shapes)
  expect(problem).toEqual({ what: 'other-family', kind: 'checkpoint', family })
})
