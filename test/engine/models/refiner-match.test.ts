/** Promises about Refiners: one of another training is found out and named, a copy in another precision is not. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { mismatchOf } from '../../../src/engine/models/checkpoint/refiner-match.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { partsOfFolder } from '../../../tools/oracle/networks/open-models.ts'

const demo = fileURLToPath(new URL('../../../models/demo', import.meta.url))
const scratch = mkdtempSync(join(tmpdir(), 'easel-refiner-'))
afterAll(() => rmSync(scratch, { recursive: true }))

function copyOfDemo(name: string): string {
  const folder = join(scratch, 'models', name)
  cpSync(demo, folder, { recursive: true })
  return folder
}

async function mismatchIn(folder: string) {
  const base = await partsOfFolder(join(folder, 'base'))
  const refiner = await partsOfFolder(join(folder, 'refiner'))
  return mismatchOf(base.networks, refiner.networks)
}

/** Rewrites the end of a safetensors file: other values, the same shapes. */
function scramble(file: string): void {
  const bytes = readFileSync(file)
  const dataAt = 8 + Number(bytes.readBigUInt64LE(0))
  for (let i = dataAt; i + 1 < bytes.length; i += 2) bytes.writeUInt16LE((i * 40_503) & 0x3bff, i)
  writeFileSync(file, bytes)
}

describe('a Refiner', () => {
  test('of the same family belongs', async () => {
    expect(await mismatchIn(demo)).toBeUndefined()
  })

  test('with another VAE is named as such', async () => {
    const folder = copyOfDemo('other-vae')
    scramble(join(folder, 'refiner/vae/diffusion_pytorch_model.safetensors'))
    expect(await mismatchIn(folder)).toBe('vae')
  })

  test('with another scaling of the latents is named as such', async () => {
    const folder = copyOfDemo('other-scaling')
    const file = join(folder, 'refiner/vae/config.json')
    writeFileSync(file, readFileSync(file, 'utf8').replace('0.45229', '0.13025'))
    expect(await mismatchIn(folder)).toBe('vae')
  })

  test('with another text encoder is named, and the model goes without it', async () => {
    const folder = copyOfDemo('other-text')
    scramble(join(folder, 'refiner/text_encoder_2/model.safetensors'))
    const { models } = await readModels({
      roots: [join(scratch, 'models')],
      linkTargets: [],
      cache: memoryHashCache(),
    })
    const record = models.find(({ name }) => name === 'other-text')
    expect(record?.refiner).toBeUndefined()
    expect(record?.refinerMismatch).toBe('text-encoder-2')
  })
})
