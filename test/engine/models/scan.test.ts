import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { scanModelFolders } from '../../../src/engine/models/scan.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

test.each(['safetensors', 'sft', 'ckpt', 'gguf'])('.%s is no part of a model’s name', async extension => {
  const root = tempFolder()
  mkdirSync(join(root, 'loras'))
  writeFileSync(join(root, `base.v1.${extension}`), '')
  writeFileSync(join(root, 'loras', `style.${extension}`), '')
  const { candidates } = await scanModelFolders({ roots: [root], linkTargets: [] })
  expect(candidates.map(({ kind, name }) => [kind, name])).toEqual([
    ['checkpoint', 'base.v1'],
    ['lora', 'style'],
  ])
})

/** A repository of the hub's cache, with a snapshot of one model. */
function hubRepository(folder: string): string {
  const snapshot = join(folder, 'snapshots/0ff1ce')
  mkdirSync(join(snapshot, 'unet'), { recursive: true })
  mkdirSync(join(folder, 'refs'))
  writeFileSync(join(folder, 'refs/main'), '0ff1ce')
  writeFileSync(join(snapshot, 'model_index.json'), '{}')
  return snapshot
}

test('a repository of the hub’s cache is one model under the name of a link to it, or as a models folder', async () => {
  const [cache, root] = [tempFolder(), tempFolder()]
  const repository = join(cache, 'models--org--xl')
  hubRepository(repository)
  symlinkSync(repository, join(root, 'linked'))
  const scan = await scanModelFolders({ roots: [root, repository], linkTargets: [] })
  expect(scan.unused).toEqual([])
  expect(scan.candidates).toEqual([
    { kind: 'checkpoint', name: 'linked', path: join(root, 'linked/snapshots/0ff1ce'), isFolder: true },
    { kind: 'checkpoint', name: 'org/xl', path: join(repository, 'snapshots/0ff1ce'), isFolder: true },
  ])
})

test('a models folder that is itself a model in diffusers’ layout is that model, and none of its parts', async () => {
  const snapshot = hubRepository(join(tempFolder(), 'models--org--xl'))
  writeFileSync(join(snapshot, 'unet/diffusion_pytorch_model.safetensors'), '')
  const scan = await scanModelFolders({ roots: [tempFolder(), snapshot], linkTargets: [] })
  expect(scan.unused).toEqual([])
  expect(scan.candidates).toEqual([{ kind: 'checkpoint', name: '0ff1ce', path: snapshot, isFolder: true }])
})

test('a folder with a unet/ and no model_index.json is a folder of models', async () => {
  const root = tempFolder()
  mkdirSync(join(root, 'unet'))
  writeFileSync(join(root, 'unet/bare.safetensors'), '')
  const { candidates } = await scanModelFolders({ roots: [root], linkTargets: [] })
  expect(candidates).toMatchObject([{ kind: 'checkpoint', name: 'bare', isFolder: false }])
})
