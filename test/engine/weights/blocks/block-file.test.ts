/** Promises of the cache file of weights in 8 bits: whole and of this version, or made anew; never half there. */
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { blockFile, ensureWritten, isWritten } from '../../../../src/engine/weights/blocks/block-file.ts'
import { readSafetensors, type StoredTensor } from '../../../../src/engine/weights/safetensors.ts'
import { toAppError } from '../../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../../src/words/en.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

async function matrices(folder: string): Promise<ReadonlyMap<string, StoredTensor>> {
  const file = join(folder, 'model.safetensors')
  const values = Array.from({ length: 6 }, (_, i) => i / 10)
  writeSafetensors(file, {
    'a.weight': { dtype: 'F32', shape: [2, 3], bytes: floats(...values) },
    'b.weight': { dtype: 'F32', shape: [3, 2], bytes: floats(...values) },
  })
  return readSafetensors(file)
}

async function made(folder = tempFolder()) {
  const blocks = blockFile(join(folder, 'cache', 'blocks.safetensors'), 'a hash', await matrices(folder))
  await ensureWritten(blocks)
  return { folder, blocks, bytes: readFileSync(blocks.file) }
}

test('the file has the size and the places that were said before', async () => {
  const { blocks, bytes } = await made()
  expect(bytes.length).toBe(blocks.sizeBytes)
  const found = await readSafetensors(blocks.file)
  for (const [name, tensor] of blocks.tensors) {
    expect(found.get(name)).toMatchObject({ offset: tensor.offset, length: tensor.length })
    expect(found.get(`${name}.scales`)).toEqual(tensor.blockScales)
  }
})

test('progress ends at the whole size, and a file that is there is not made again', async () => {
  const folder = tempFolder()
  const blocks = blockFile(join(folder, 'blocks.safetensors'), 'a hash', await matrices(folder))
  const told: number[] = []
  await ensureWritten(blocks, doneBytes => told.push(doneBytes))
  expect(told.at(-1)).toBe(blocks.sizeBytes)
  await ensureWritten(blocks, doneBytes => told.push(doneBytes))
  expect(told).toHaveLength(2)
})

describe('Made anew, with the same bytes, is a file', () => {
  const cases: Readonly<Record<string, (file: string, bytes: Buffer) => void>> = {
    'that was cut short': file => truncateSync(file, 900),
    'that is empty': file => truncateSync(file, 0),
    'that has more at its end': (file, bytes) => writeFileSync(file, Buffer.concat([bytes, Buffer.of(0)])),
    'of another version': (file, bytes) =>
      writeFileSync(file, bytes.toString('latin1').replace('"version":"1"', '"version":"0"'), 'latin1'),
    'of other weights': (file, bytes) =>
      writeFileSync(file, bytes.toString('latin1').replace('a hash', 'b hash'), 'latin1'),
  }
  test.each(Object.entries(cases))('%s', async (_, spoil) => {
    const { blocks, bytes } = await made()
    spoil(blocks.file, bytes)
    expect(await isWritten(blocks)).toBe(false)
    await ensureWritten(blocks)
    expect(readFileSync(blocks.file).equals(bytes)).toBe(true)
  })
})

test('a disk without room for it is known before anything is written, in one sentence', async () => {
  const folder = tempFolder()
  const [original] = (await matrices(folder)).values()
  const huge = new Map([['huge', { ...original, shape: [2 ** 26, 2 ** 26] }]]) as ReadonlyMap<
    string,
    StoredTensor
  >
  const blocks = blockFile(join(folder, 'cache', 'blocks.safetensors'), 'a hash', huge)
  const error = toAppError(await ensureWritten(blocks).catch((thrown: unknown) => thrown))
  expect(errorSentence(en, error)).toMatch(
    /cache\/blocks.safetensors.*it needs \d+\.\d\d GB, and \d+\.\d\d GB/,
  )
  expect(readdirSync(join(folder, 'cache'))).toEqual([])
})

test('what a killed process left of it is removed, and what a living one writes is not', async () => {
  const { blocks } = await made()
  const [dead, living] = [`${blocks.file}.${2 ** 22 + 1}-0.tmp`, `${blocks.file}.${process.ppid}-0.tmp`]
  for (const unfinished of [dead, living]) writeFileSync(unfinished, 'half')
  truncateSync(blocks.file, 0)
  await ensureWritten(blocks)
  expect(readdirSync(join(blocks.file, '..')).sort()).toEqual([basename(blocks.file), basename(living)])
})

test('weights that cannot be read leave no file, not half of one either', async () => {
  const folder = tempFolder()
  const originals = await matrices(folder)
  truncateSync(join(folder, 'model.safetensors'), 150)
  const blocks = blockFile(join(folder, 'cache', 'blocks.safetensors'), 'a hash', originals)
  await expect(ensureWritten(blocks)).rejects.toMatchObject({ code: 'model-file' })
  expect(readdirSync(join(folder, 'cache'))).toEqual([])
})
