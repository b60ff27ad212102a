/** Promises of the library about ControlNets, IP-Adapters and image encoders: found by content, in any naming, paired by width. */
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { checkFile } from '../../../src/engine/pipeline/check-model.ts'
import { floats, safetensorsBytes, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { buildTinyAddOns } from '../../helpers/models/tiny-add-ons.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

async function laidOut(): Promise<string> {
  const folder = tempFolder()
  await buildTinyAddOns(folder)
  return folder
}

async function library(folder: string) {
  const { files, unused } = await readModels({ roots: [folder], linkTargets: [], cache: memoryHashCache() })
  return {
    files,
    byName: (name: string) => files.find(file => file.name === name),
    problems: unused.map(({ name, error }) => ({ name, ...Object(error.details).problem })),
  }
}

test('They are found by what they hold, and all that they need is there', async () => {
  const { files, byName, problems } = await library(await laidOut())
  expect(problems).toEqual([])
  expect(files.map(({ kind, name }) => [kind, name])).toEqual([
    ['controlnet', 'net-a-original'],
    ['controlnet', 'net-b'],
    ['image-encoder', 'image_encoder'],
    ['ip-adapter', 'ip-adapter-plus'],
    ['ip-adapter', 'ip-adapter'],
  ])
  expect(byName('net-a-original')?.controlNet?.weights).toMatchObject({ naming: 'original-controlnet' })
  for (const file of files) await checkFile(file)
})

test('A ControlNet under its original names needs no prefix', async () => {
  const folder = await laidOut()
  const bytes = readFileSync(join(folder, 'controlnet/net-a-original.safetensors'))
  const dataStart = 8 + Number(bytes.readBigUInt64LE())
  const header = bytes.toString('utf8', 8, dataStart).replaceAll('"control_model.', '"')
  const bare = safetensorsBytes(header, bytes.subarray(dataStart))
  writeFileSync(join(folder, 'controlnet/bare.safetensors'), bare)
  const { byName, problems } = await library(folder)
  expect(problems).toEqual([])
  const [net, original] = [byName('bare'), byName('net-a-original')]
  expect(net?.controlNet?.config).toEqual(original?.controlNet?.config)
  if (!net) throw new Error('it was not found')
  await checkFile(net)
})

test('An IP-Adapter without an image encoder of its width is named, and so is one that is not built', async () => {
  const folder = await laidOut()
  rmSync(join(folder, 'ip-adapter/image_encoder'), { recursive: true })
  const tensors = { 'image_proj.perceiver_resampler.proj_in.weight': [1], 'ip_adapter.1.to_k_ip.weight': [1] }
  writeSafetensors(
    join(folder, 'ip-adapter/face.safetensors'),
    Object.fromEntries(
      Object.entries(tensors).map(([name, shape]) => [name, { dtype: 'F32', shape, bytes: floats(1) }]),
    ),
  )
  const { files, problems } = await library(folder)
  expect(files.map(({ kind }) => kind)).toEqual(['controlnet', 'controlnet'])
  expect(problems).toEqual([
    { name: 'face', what: 'variant-not-built', kind: 'ip-adapter', variant: 'IP-Adapter FaceID' },
    { name: 'ip-adapter-plus', what: 'no-image-encoder', width: 64 },
    { name: 'ip-adapter', what: 'no-image-encoder', width: 96 },
  ])
})

test('The image encoder may lie in a folder of its own, as one file: its configuration is read off its weights', async () => {
  const folder = await laidOut()
  const before = await library(folder)
  mkdirSync(join(folder, 'clip_vision'))
  const weights = join(folder, 'ip-adapter/image_encoder/model.safetensors')
  renameSync(weights, join(folder, 'clip_vision/tiny-vision.safetensors'))
  rmSync(join(folder, 'ip-adapter/image_encoder'), { recursive: true })
  const { byName, problems } = await library(folder)
  expect(problems).toEqual([])
  const encoder = byName('ip-adapter')?.ipAdapter?.encoder
  const folders = before.byName('ip-adapter')?.ipAdapter?.encoder.config
  for (const key of ['hidden_size', 'patch_size', 'image_size', 'intermediate_size', 'num_hidden_layers']) {
    expect([key, encoder?.config[key]]).toEqual([key, folders?.[key]])
  }
  expect(encoder?.config).toMatchObject({ num_attention_heads: 1, hidden_act: 'gelu', projection_dim: 96 })
})

test('A ControlNet among the LoRAs is reported with its right folder', async () => {
  const folder = await laidOut()
  mkdirSync(join(folder, 'loras'))
  copyFileSync(
    join(folder, 'controlnet/net-a-original.safetensors'),
    join(folder, 'loras/mistaken.safetensors'),
  )
  const { problems } = await library(folder)
  expect(problems).toEqual([
    { name: 'mistaken', what: 'other-kind', kind: 'controlnet', folder: 'controlnet' },
  ])
})

test('A ControlNet for another family is named with it, as a file in any naming and as a folder', async () => {
  const folder = tempFolder()
  mkdirSync(join(folder, 'controlnet'))
  const ofWidth = (path: string, tensors: Record<string, number[]>) =>
    writeSafetensors(
      join(folder, 'controlnet', path),
      Object.fromEntries(
        Object.entries(tensors).map(([name, shape]) => [
          name,
          { dtype: 'F32', shape, bytes: new Uint8Array(4 * shape.reduce((a, b) => a * b)) },
        ]),
      ),
    )
  const attention = 'transformer_blocks.0.attn2.to_k.weight'
  const diffusers = {
    'controlnet_cond_embedding.conv_in.weight': [1],
    [`down_blocks.0.attentions.0.${attention}`]: [1, 768],
  }
  ofWidth('sd15-original.safetensors', {
    'control_model.zero_convs.0.0.weight': [1],
    [`control_model.input_blocks.1.1.${attention}`]: [1, 768],
  })
  ofWidth('sd15-diffusers.safetensors', diffusers)
  mkdirSync(join(folder, 'controlnet/sd15-folder'))
  ofWidth('sd15-folder/diffusion_pytorch_model.safetensors', diffusers)
  writeFileSync(join(folder, 'controlnet/sd15-folder/config.json'), '{"_class_name":"ControlNetModel"}')
  const { problems } = await library(folder)
  expect(problems).toEqual(
    ['sd15-diffusers', 'sd15-folder', 'sd15-original'].map(name => ({
      name,
      what: 'other-family',
      kind: 'controlnet',
      family: 'SD 1.x',
    })),
  )
})
