/**
 * Fuzz over everything that reads a model's files: a mutated file is refused with a sentence, or read right; never a crash, a
 * hang, or a read out of range. EASEL_FUZZ_RUNS sets how many mutations (`npm run fuzz` has 100,000), EASEL_FUZZ_SEED repeats.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newGraph } from '../../src/engine/onnx/graph-variants.ts'
import { readOnnxFile } from '../../src/engine/weights/onnx-file.ts'
import { type Mutation, mutated, mutation } from '../helpers/random/mutations.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { judge, readers } from './model-file-readers.ts'

const runs = Number(process.env.EASEL_FUZZ_RUNS ?? 10_000)
const seed = Number(process.env.EASEL_FUZZ_SEED ?? 20_261_126)

describe('A mutated file is refused with a sentence, or read right', () => {
  const share = Math.ceil(runs / (Object.keys(readers).length + 1))

  test.each(Object.entries(readers))('%s', { timeout: 3_600_000 }, async (_, { example, read }) => {
    const folder = tempFolder()
    await read(Buffer.from(example), folder)
    const outcomes = { read: 0, refused: 0 }
    await fc.assert(
      fc.asyncProperty(mutation, async (change: Mutation) => {
        try {
          await read(mutated(example, change), folder)
          outcomes.read++
        } catch (error) {
          judge(error)
          outcomes.refused++
        }
      }),
      { seed, numRuns: share },
    )
    // Mutations that all end alike would promise nothing.
    expect(Math.min(outcomes.read, outcomes.refused), JSON.stringify(outcomes)).toBeGreaterThan(0)
  })

  test('an ONNX graph', { timeout: 3_600_000 }, async () => {
    const g = newGraph('fuzz')
    const x = g.input('x', 'F32', [1, 4])
    g.output('y', g.add(x, g.floats([1, 2, 3, 4])))
    const bytes = g.build().encode()
    const file = join(tempFolder(), 'model.onnx')
    const edit = fc.record({ at: fc.nat(bytes.length), byte: fc.nat(255), cut: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async edits => {
        let changed = Buffer.from(bytes)
        for (const { at, byte, cut } of edits) {
          if (cut) changed = changed.subarray(0, at)
          else if (at < changed.length) changed.writeUInt8(byte, at)
        }
        writeFileSync(file, changed)
        try {
          await readOnnxFile(file)
        } catch (error) {
          judge(error)
        }
      }),
      { seed, numRuns: share },
    )
  })
})
