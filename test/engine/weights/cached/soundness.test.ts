/** Promises of the bytes of cache files: what was damaged is made anew, and gigabytes are not read without need. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { float32File } from '../../../../src/engine/weights/cached/float32-file.ts'
import { isSound, noteOf } from '../../../../src/engine/weights/cached/soundness.ts'
import { UsedWeightFile } from '../../../../src/engine/weights/cached/used-weight-file.ts'
import { ensureWritten, type WeightFile } from '../../../../src/engine/weights/cached/weight-file.ts'
import { quantisedFile } from '../../../../src/engine/weights/quantised/quantised-file.ts'
import { readSafetensors } from '../../../../src/engine/weights/safetensors.ts'
import { floats, writeSafetensors } from '../../../helpers/models/safetensors.ts'
import { spoilWeights, spoilWeightsUnseen } from '../../../helpers/models/spoil-weights.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const forms = { 'in 8 bits': quantisedFile, 'in float32': float32File }

describe.each(Object.entries(forms))('Weights %s:', (_, describeFile) => {
  async function made() {
    const folder = tempFolder()
    const file = join(folder, 'model.safetensors')
    writeSafetensors(file, { 'a.weight': { dtype: 'F32', shape: [2, 2], bytes: floats(1, 2, 3, 4) } })
    const weights = describeFile(join(folder, 'w.safetensors'), 'a hash', await readSafetensors(file))
    await ensureWritten(weights)
    return { weights, bytes: readFileSync(weights.file) }
  }

  /** What is done for the file before it can be used. */
  async function deedsFor(weights: WeightFile): Promise<string[]> {
    const deeds: string[] = []
    await ensureWritten(weights, { reading: () => deeds.push('read'), begin: () => deeds.push('make') })
    return deeds
  }

  test('damaged bytes of the right size are found at the next opening, and the file is made anew', async () => {
    const { weights, bytes } = await made()
    spoilWeights(weights.file)
    expect(await deedsFor(weights)).toEqual(['read', 'make'])
    expect(readFileSync(weights.file).equals(bytes)).toBe(true)
  })

  test('a damaged header, metadata or checksum is damage as well', async () => {
    const { weights, bytes } = await made()
    for (const at of [0, 9, weights.header.length, bytes.length - 1]) {
      const other = Buffer.from(bytes)
      other[at] = (other[at] ?? 0) ^ 1
      writeFileSync(weights.file, other)
      expect([at, await isSound(weights)]).toEqual([at, false])
    }
  })

  test('a file that did not change is not read again; one that is another file is, once', async () => {
    const { weights, bytes } = await made()
    expect(await deedsFor(weights)).toEqual([])
    rmSync(weights.file)
    writeFileSync(weights.file, bytes)
    expect(await deedsFor(weights)).toEqual(['read'])
    expect(await deedsFor(weights)).toEqual([])
  })

  test('without a note beside it, as after a copy, it is read once', async () => {
    const { weights } = await made()
    rmSync(noteOf(weights.file))
    expect(await deedsFor(weights)).toEqual(['read'])
    expect(await deedsFor(weights)).toEqual([])
  })

  test('bits that change on the disk are found by whoever examines the file, which is then removed', async () => {
    const { weights } = await made()
    const used = new UsedWeightFile(weights)
    await used.ensure()
    expect(await used.isDamaged()).toBe(false)
    await spoilWeightsUnseen(weights.file)
    expect(await deedsFor(weights)).toEqual([])
    expect(await used.isDamaged()).toBe(true)
    expect(await deedsFor(weights)).toEqual(['make'])
  })

  test('a session that opened the damaged file knows it also after another worker made it anew', async () => {
    const { weights } = await made()
    await spoilWeightsUnseen(weights.file)
    const [one, other] = [new UsedWeightFile(weights), new UsedWeightFile(weights)]
    for (const used of [one, other]) await used.ensure()
    expect(await one.isDamaged()).toBe(true)
    await one.ensure()
    expect(await one.isDamaged()).toBe(false)
    expect(await other.isDamaged()).toBe(true)
  })
})
