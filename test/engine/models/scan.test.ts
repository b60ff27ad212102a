import { mkdirSync, writeFileSync } from 'node:fs'
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
