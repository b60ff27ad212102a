/** Files that people keep beside SDXL's and that are not built: each is named for what it is. */
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { floats, writeSafetensors } from '../../helpers/models/safetensors.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

/** The problem of a file with these tensors, each of one value. */
async function problemOf(file: string, names: readonly string[]) {
  const root = tempFolder()
  const path = join(root, file)
  mkdirSync(dirname(path), { recursive: true })
  const one = { dtype: 'F32', shape: [1], bytes: floats(1) }
  writeSafetensors(path, Object.fromEntries(names.map(name => [name, one])))
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
  ['TAESD', 'vae', ['decoder.layers.0.weight', 'decoder.layers.2.conv.0.weight', 'encoder.layers.0.bias']],
] as const)('%s in the folder %s', async (variant, kind, names) => {
  expect(await problemOf(`${kind}/x.safetensors`, names)).toEqual([
    { what: 'variant-not-built', kind, variant },
  ])
})
