import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryHashCache } from '../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../src/engine/models/library.ts'
import { allowedFolders } from '../../src/engine/models/scan.ts'
import { servedModels } from '../../src/startup/served-models.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

async function served(modelsDir: string, extraModelDirs: readonly string[] = []) {
  const folders = { roots: [modelsDir, ...extraModelDirs], linkTargets: [] }
  const cache = memoryHashCache()
  const catalogue = await readModels({ ...folders, cache })
  const config = { modelsDir, extraModelDirs: [...extraModelDirs] }
  return servedModels(catalogue, config, { cache, allowed: await allowedFolders(folders) })
}

/** A copy of the bundled Base under that path, with files beside it that belong to nothing. */
function demoAt(path: string): void {
  cpSync(join(packageRoot, 'models/demo/base'), path, { recursive: true })
  writeFileSync(join(path, 'README.md'), 'a note')
  writeFileSync(join(path, '.secret.json'), '{}')
  writeFileSync(join(path, 'unet', 'diffusion_pytorch_model.fp16.safetensors'), 'another variant')
  mkdirSync(join(path, 'samples'))
  writeFileSync(join(path, 'samples', 'cat.png'), 'a picture')
}

test('a machine may fetch those files of a model that a library reads, and no others', async () => {
  const folder = tempFolder()
  demoAt(join(folder, 'checkpoints', 'demo'))
  const [model] = await served(folder)
  expect(model?.place).toEqual(['checkpoints', 'demo'])
  const paths = (await model?.files())?.map(({ path }) => path.join('/'))
  expect(paths).toEqual([
    'model_index.json',
    'scheduler/scheduler_config.json',
    'text_encoder/config.json',
    'text_encoder/model.safetensors',
    'text_encoder_2/config.json',
    'text_encoder_2/model.safetensors',
    'tokenizer/merges.txt',
    'tokenizer/special_tokens_map.json',
    'tokenizer/tokenizer_config.json',
    'tokenizer/vocab.json',
    'tokenizer_2/merges.txt',
    'tokenizer_2/special_tokens_map.json',
    'tokenizer_2/tokenizer_config.json',
    'tokenizer_2/vocab.json',
    'unet/config.json',
    'unet/diffusion_pytorch_model.safetensors',
    'vae/config.json',
    'vae/diffusion_pytorch_model.safetensors',
  ])
})

test('the folder of a LoRA from PEFT is fetched with its config', async () => {
  const folder = tempFolder()
  cpSync(join(packageRoot, 'test/golden/oracle-3/lora/folder-lora'), join(folder, 'loras/x'), {
    recursive: true,
  })
  const [lora] = await served(folder)
  const paths = (await lora?.files())?.map(({ path }) => path.join('/'))
  expect(paths).toEqual(['adapter_config.json', 'adapter_model.safetensors'])
})

test('a model of another program’s folder has the same place below models', async () => {
  const [own, program] = [tempFolder(), tempFolder()]
  demoAt(join(program, 'models', 'checkpoints', 'demo'))
  const models = await served(own, [program])
  expect(models.map(({ place }) => place)).toEqual([['checkpoints', 'demo']])
})

test('a file that a link leads out of the models folders is not served', async () => {
  const [folder, elsewhere] = [tempFolder(), tempFolder()]
  demoAt(join(folder, 'demo'))
  writeFileSync(join(elsewhere, 'passwords.json'), '{}')
  symlinkSync(join(elsewhere, 'passwords.json'), join(folder, 'demo', 'notes.json'))
  const [model] = await served(folder)
  await expect(model?.files()).rejects.toMatchObject({ details: { problem: { what: 'outside-link' } } })
})
