/** Mutated .safetensors files are read in full or refused. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, test } from 'vitest'
import { HeaderRefusal } from '../../../src/engine/weights/header-parser.ts'
import { type RandomAccess, readSafetensorsFrom } from '../../../src/engine/weights/safetensors.ts'
import { safetensorsBytes } from '../../helpers/models/safetensors.ts'

const folder = mkdtempSync(join(tmpdir(), 'easel-safetensors-'))
afterAll(() => rmSync(folder, { recursive: true }))

const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })

describe('Mutations', () => {
  test('of a good file are read in full or refused, never anything else', {
    timeout: 3_600_000,
  }, async () => {
    const seed = Number(process.env.EASEL_FUZZ_SEED ?? 20_260_801)
    console.log(`safetensors mutations: seed ${seed} (EASEL_FUZZ_SEED)`)
    const good = safetensorsBytes(
      JSON.stringify({
        __metadata__: { format: 'pt' },
        a: entry('F32', [2, 2], [0, 16]),
        'b.weight': entry('F16', [3], [16, 22]),
        c: entry('I64', [1], [22, 30]),
      }),
      Buffer.alloc(30, 0x41),
    )
    const headerEnd = good.length - 30
    const alphabet = Buffer.from('{}[]":,0123456789-+.eE\\u_ \0\xffFIU', 'latin1')
    const edit = fc.record({
      at: fc.nat(headerEnd + 4),
      kind: fc.constantFrom('replace', 'insert', 'delete', 'truncate', 'repeat'),
      byte: fc.oneof(fc.constantFrom(...alphabet), fc.nat(255)),
      length: fc.nat(12),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(edit, { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (edits, mendLength) => {
          let bytes = edits.reduce<Buffer>(mutate, good)
          // Half of the time the length in front is made true again, so that what lies behind it is reached.
          if (mendLength && bytes.length > 38)
            bytes = safetensorsBytes(bytes.subarray(8, -30), bytes.subarray(-30))
          const header = await readSafetensorsFrom(inMemory(bytes), 'memory').catch((error: unknown) => {
            if (!(error instanceof HeaderRefusal)) throw error
          })
          if (!header) return
          const { tensors } = header
          let end: number | undefined
          for (const tensor of tensors.values()) {
            if (end !== undefined && tensor.offset !== end) throw new Error('a hole or an overlap')
            end = tensor.offset + tensor.length
          }
          if (end !== undefined && end !== bytes.length) throw new Error('bytes without a tensor')
        },
      ),
      { seed, numRuns: Number(process.env.EASEL_FUZZ_RUNS ?? 10_000) },
    )
  })
})

/** Bytes that tell when someone reads beyond them. */
function inMemory(bytes: Buffer): RandomAccess {
  return {
    sizeBytes: bytes.length,
    read: async (position, length) => {
      if (position < 0 || length < 0 || position + length > bytes.length) throw new Error('read out of range')
      return bytes.subarray(position, position + length)
    },
  }
}

function mutate(
  bytes: Buffer,
  { at, kind, byte, length }: { at: number; kind: string; byte: number; length: number },
): Buffer {
  const place = Math.min(at, bytes.length)
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  if (kind === 'insert') return Buffer.concat([before, Buffer.of(byte), after])
  if (kind === 'delete') return Buffer.concat([before, after.subarray(length)])
  if (kind === 'truncate') return before
  if (kind === 'repeat') return Buffer.concat([before, after.subarray(0, length), after])
  return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
}
