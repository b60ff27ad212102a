/** Promises of the cache files of weights: whole and of this version, or made anew; never half there. */
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { newGraph } from '../../../../src/engine/onnx/graph-variants.ts'
import { float32File, isMappable } from '../../../../src/engine/weights/cached/float32-file.ts'
import { noteOf } from '../../../../src/engine/weights/cached/soundness.ts'
import { ensureWritten, isWritten } from '../../../../src/engine/weights/cached/weight-file.ts'
import { quantisedFile } from '../../../../src/engine/weights/quantised/quantised-file.ts'
import { readSafetensors, type StoredTensor } from '../../../../src/engine/weights/safetensors.ts'
import { readTensor } from '../../../../src/engine/weights/tensor-values.ts'
import { toAppError } from '../../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../../src/words/en.ts'
import { maxAbsoluteError } from '../../../../tools/oracle/case.ts'
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

const forms = { 'in 8 bits': quantisedFile, 'in float32': float32File }

describe.each(Object.entries(forms))('Weights %s:', (_, describeFile) => {
  async function made(folder = tempFolder()) {
    const weights = describeFile(join(folder, 'cache', 'w.safetensors'), 'a hash', await matrices(folder))
    await ensureWritten(weights)
    return { folder, weights, bytes: readFileSync(weights.file) }
  }

  test('the file has the size and the places that were said before', async () => {
    const { weights, bytes } = await made()
    expect(bytes.length).toBe(weights.sizeBytes)
    const found = await readSafetensors(weights.file)
    for (const [name, tensor] of weights.tensors) {
      expect(found.get(name)).toMatchObject({ offset: tensor.offset, length: tensor.length })
      if (tensor.blockScales) expect(found.get(`${name}.scales`)).toEqual(tensor.blockScales)
    }
  })

  test('progress ends at the whole size, and a file that is there is not made again', async () => {
    const folder = tempFolder()
    const weights = describeFile(join(folder, 'w.safetensors'), 'a hash', await matrices(folder))
    const told: number[] = []
    await ensureWritten(weights, { written: doneBytes => told.push(doneBytes) })
    expect(told.at(-1)).toBe(weights.sizeBytes)
    const count = told.length
    await ensureWritten(weights, { written: doneBytes => told.push(doneBytes) })
    expect(told).toHaveLength(count)
  })

  describe('Made anew, with the same bytes, is a file', () => {
    const cases: Readonly<Record<string, (file: string, bytes: Buffer) => void>> = {
      'that was cut short': file => truncateSync(file, 900),
      'that is empty': file => truncateSync(file, 0),
      'that has more at its end': (file, bytes) => writeFileSync(file, Buffer.concat([bytes, Buffer.of(0)])),
      'of another version': (file, bytes) =>
        writeFileSync(file, bytes.toString('latin1').replace(/"version":"\d"/, '"version":"0"'), 'latin1'),
      'of other weights': (file, bytes) =>
        writeFileSync(file, bytes.toString('latin1').replace('a hash', 'b hash'), 'latin1'),
    }
    test.each(Object.entries(cases))('%s', async (_, spoil) => {
      const { weights, bytes } = await made()
      spoil(weights.file, bytes)
      expect(await isWritten(weights)).toBe(false)
      await ensureWritten(weights)
      expect(readFileSync(weights.file).equals(bytes)).toBe(true)
    })
  })

  test('a disk without room for it is known before anything is written, in one sentence', async () => {
    const folder = tempFolder()
    const [original] = (await matrices(folder)).values()
    const huge = new Map([['huge', { ...original, shape: [2 ** 26, 2 ** 26] }]]) as ReadonlyMap<
      string,
      StoredTensor
    >
    const weights = describeFile(join(folder, 'cache', 'w.safetensors'), 'a hash', huge)
    const error = toAppError(await ensureWritten(weights).catch((thrown: unknown) => thrown))
    expect(errorSentence(en, error)).toMatch(
      /cache\/w-v\d+.safetensors.*it needs \d+\.\d\d GB, and \d+\.\d\d GB/,
    )
    expect(readdirSync(join(folder, 'cache'))).toEqual([])
  })

  test('what a killed process left of it is removed, and what a living one writes is not', async () => {
    const { weights } = await made()
    const [dead, living] = [`${weights.file}.${2 ** 22 + 1}-0.tmp`, `${weights.file}.${process.ppid}-0.tmp`]
    for (const unfinished of [dead, living]) writeFileSync(unfinished, 'half')
    truncateSync(weights.file, 0)
    await ensureWritten(weights)
    const left = [weights.file, living, noteOf(weights.file)].map(name => basename(name))
    expect(readdirSync(join(weights.file, '..')).sort()).toEqual(left)
  })

  describe('Of versions of Easel that share a folder', () => {
    /** Puts files of others beside the file. */
    function beside({ file }: { file: string }, ...others: string[]): { names: () => string[]; own: string } {
      for (const name of others) writeFileSync(join(dirname(file), name), 'of another')
      return { names: () => readdirSync(dirname(file)).sort(), own: basename(file) }
    }

    test('each has a file of its own, and one that makes its file removes those of earlier versions', async () => {
      const { weights } = await made()
      const unfinished = `w-v0.safetensors.${2 ** 22 + 1}-0.tmp`
      const stay = ['w-v0.bak', 'w-v9.safetensors', 'w.txt', 'x-v0.safetensors', 'x.safetensors']
      const replaced = ['w-v0.safetensors', noteOf('w-v0.safetensors'), 'w.safetensors', unfinished]
      const { names, own } = beside(weights, ...replaced, ...stay)
      truncateSync(weights.file, 0)
      await ensureWritten(weights)
      expect(names()).toEqual([own, noteOf(own), ...stay].sort())
    })

    test('an earlier one that cannot be removed is no fault of the new file', async () => {
      const { weights } = await made()
      mkdirSync(join(dirname(weights.file), 'w-v0.safetensors'))
      truncateSync(weights.file, 0)
      await expect(ensureWritten(weights)).resolves.toBeUndefined()
    })

    test('none makes its file again because another did: an earlier one that is made later stays', async () => {
      const { weights } = await made()
      const { names, own } = beside(weights, 'w-v0.safetensors')
      const told: number[] = []
      await ensureWritten(weights, { written: doneBytes => told.push(doneBytes) })
      expect(told).toEqual([])
      expect(names()).toEqual(['w-v0.safetensors', own, noteOf(own)])
    })
  })

  test('weights that cannot be read leave no file, not half of one either', async () => {
    const folder = tempFolder()
    const originals = await matrices(folder)
    truncateSync(join(folder, 'model.safetensors'), 150)
    const weights = describeFile(join(folder, 'cache', 'w.safetensors'), 'a hash', originals)
    await expect(ensureWritten(weights)).rejects.toMatchObject({ code: 'model-file' })
    expect(readdirSync(join(folder, 'cache'))).toEqual([])
  })

  test('a file where their folder belongs is named, with what is wrong', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'cache'), 'no folder')
    const weights = describeFile(join(folder, 'cache', 'w.safetensors'), 'a hash', await matrices(folder))
    const error = toAppError(await ensureWritten(weights).catch((thrown: unknown) => thrown))
    expect(errorSentence(en, error)).toBe(
      `${join(folder, 'cache')} cannot be written: it is a file, and must be a folder; move the file away.`,
    )
  })
})

test('in float32 they are the model’s own values, from any type, scaled and the right way round', async () => {
  const folder = tempFolder()
  const file = join(folder, 'model.safetensors')
  writeSafetensors(file, {
    half: { dtype: 'F16', shape: [2], bytes: Buffer.from([0x00, 0x3e, 0x00, 0xc0]) },
    upright: { dtype: 'F32', shape: [3, 2], bytes: floats(1, 2, 3, 4, 5, 6) },
    factor: { dtype: 'F32', shape: [1], bytes: floats(2) },
  })
  const stored = await readSafetensors(file)
  const [half, upright, factor] = ['half', 'upright', 'factor'].map(name => stored.get(name))
  if (!half || !upright || !factor) throw new Error('a tensor is missing')
  const turned: StoredTensor = { ...upright, name: 'turned', shape: [2, 3], isTransposed: true }
  const scaled: StoredTensor = { ...upright, name: 'scaled', scale: factor }
  expect([half, turned, scaled, upright].map(isMappable)).toEqual([false, false, false, true])
  const originals = new Map([half, turned, scaled].map(tensor => [tensor.name, tensor]))
  const { tensors, ...weights } = float32File(join(folder, 'cache.safetensors'), 'a hash', originals)
  await ensureWritten({ tensors, ...weights })
  const written = await Promise.all([...tensors.values()].map(readTensor))
  expect(written.map(values => [...values])).toEqual([
    [1.5, -2],
    [1, 3, 5, 2, 4, 6],
    [2, 4, 6, 8, 10, 12],
  ])
  expect([...tensors.values()].every(isMappable)).toBe(true)
})

test('in float32 with arrangements, the file has the weights in them, and no graph takes them for others', async () => {
  const folder = tempFolder()
  const file = join(folder, 'model.safetensors')
  const picked = Array.from({ length: 9 }, (_, i) => Number(i === 4))
  writeSafetensors(file, {
    wide: { dtype: 'F32', shape: [2, 4], bytes: floats(1, 2, 3, 4, 5, 6, 7, 8) },
    kernel: { dtype: 'F32', shape: [1, 1, 3, 3], bytes: floats(...picked) },
    narrow: { dtype: 'F32', shape: [1, 1, 3, 3], bytes: floats(...picked) },
  })
  const originals = await readSafetensors(file)
  const wanted = new Map([
    ['wide', 'square-blocks'],
    ['kernel', 'winograd-kernels-2'],
    ['narrow', 'winograd-kernels-4'],
  ] as const)
  const weights = float32File(join(folder, 'cache.safetensors'), 'a hash', originals, wanted)
  await ensureWritten(weights)
  const found = await readSafetensors(weights.file)
  expect([...found.values()].map(({ shape }) => shape)).toEqual([
    [2, 2, 2],
    [16, 1, 1],
    [36, 1, 1],
    // The checksum.
    [32],
  ])
  const written = await Promise.all([...found.values()].map(readTensor))
  expect([...(written[0] ?? [])]).toEqual([1, 2, 5, 6, 3, 4, 7, 8])
  // G g Gᵀ of a kernel that has its middle alone: products of the middle column of G.
  const middles = [
    [0, 0.5, -0.5, 0],
    [0, -Math.SQRT2 / 3, Math.SQRT2 / 3, Math.SQRT2 / 6, -Math.SQRT2 / 6, 0],
  ]
  for (const [i, middle] of middles.entries()) {
    const expected = middle.flatMap(a => middle.map(b => Math.fround(a * b) + 0))
    expect(maxAbsoluteError(written[i + 1] ?? [], expected)).toBeLessThan(1e-7)
  }
  for (const tensor of weights.tensors.values()) {
    expect(() => newGraph('test').weight(tensor)).toThrow(`is stored as ${tensor.arrangement}`)
  }
})
