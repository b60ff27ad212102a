/** Bad .safetensors files are refused with a sentence; good ones give every tensor its place. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { readSafetensors } from '../../../src/engine/weights/safetensors.ts'
import { readTensor } from '../../../src/engine/weights/tensor-values.ts'
import { AppError, toAppError } from '../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { floats, safetensorsBytes, writeSafetensors } from '../../helpers/models/safetensors.ts'

const folder = mkdtempSync(join(tmpdir(), 'easel-safetensors-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'file.safetensors')

const entry = (dtype: unknown, shape: unknown, offsets: unknown) => ({ dtype, shape, data_offsets: offsets })
const f32x2 = entry('F32', [2], [0, 8])
const eight = new Uint8Array(8)

/** Name -> bytes, and what the sentence must say. */
const badFiles: Record<string, [Buffer, RegExp]> = {
  'an empty file': [Buffer.alloc(0), /only 0 bytes/],
  'seven bytes': [Buffer.alloc(7), /only 7 bytes/],
  'a header longer than the file': [safetensorsBytes('{}', eight).subarray(0, 9), /only 9 bytes/],
  'a truncated header': [
    safetensorsBytes(JSON.stringify({ a: f32x2 }), eight).subarray(0, 30),
    /cut short: 32 of its 62 bytes are missing/,
  ],
  'a header length of 2^63': [Buffer.from([0, 0, 0, 0, 0, 0, 0, 0x80, 123, 125]), /claims a header/],
  'a header of 11 MB': [withLength(11 * 1024 * 1024), /claims a header/],
  'a header that is no UTF-8': [
    safetensorsBytes(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), eight),
    /not UTF-8/,
  ],
  'a byte order mark': [safetensorsBytes('\ufeff{}', new Uint8Array()), /not a JSON object/],
  'a header that is no JSON': [safetensorsBytes('{"a"', eight), /not valid JSON/],
  'a header that is a list': [safetensorsBytes('[]', new Uint8Array()), /not a JSON object/],
  'space before the header': [safetensorsBytes(' {}', new Uint8Array()), /not a JSON object/],
  'a name twice': [
    safetensorsBytes(`{"a":${JSON.stringify(f32x2)},"a":${JSON.stringify(f32x2)}}`, eight),
    /"a" comes twice/,
  ],
  'a name twice, once escaped': [
    safetensorsBytes(`{"a":${JSON.stringify(f32x2)},"\\u0061":${JSON.stringify(f32x2)}}`, eight),
    /"a" comes twice/,
  ],
  'a key of an entry twice': [
    safetensorsBytes('{"a":{"dtype":"F32","dtype":"U8","shape":[2],"data_offsets":[0,8]}}', eight),
    /"dtype" comes twice/,
  ],
  'the name __proto__': [safetensorsBytes(`{"__proto__":${JSON.stringify(f32x2)}}`, eight), /__proto__/],
  'an entry that is a list': [header({ a: [] }), /"a" has no description/],
  'an entry that is null': [header({ a: null }), /"a" has no description/],
  'an entry with an unknown key': [header({ a: { ...f32x2, stride: 1 } }), /unknown key "stride"/],
  'no dtype': [header({ a: { shape: [2], data_offsets: [0, 8] } }), /unknown dtype/],
  'an unknown dtype': [header({ a: entry('F4', [2], [0, 8]) }), /unknown dtype "F4"\.$/],
  'a dtype as long as the header': [
    header({ a: entry('F'.repeat(9000), [2], [0, 8]) }),
    /dtype "F{20,60}…\.$/,
  ],
  'a key as long as the header': [
    header({ a: { ...f32x2, ['k'.repeat(9000)]: 1 } }),
    /unknown key "k{20,200}…\.$/,
  ],
  'a name as long as the header': [header({ ['n'.repeat(9000)]: [] }), /tensor "n{20,200}…" has no/],
  'a name that would be more than one line': [header({ 'a\n\u202eb': [] }), /tensor "a\\n\\u202eb" has no/],
  'a dtype named like an inherited property': [
    header({ a: entry('toString', [2], [0, 8]) }),
    /unknown dtype/,
  ],
  'a negative size': [header({ a: entry('F32', [-2], [0, 8]) }), /no valid shape/],
  'a fractional size': [header({ a: entry('F32', [0.5], [0, 8]) }), /no valid shape/],
  'a size beyond whole numbers': [header({ a: entry('F32', [2 ** 60], [0, 8]) }), /no valid shape/],
  'as many axes as the header has room for': [
    header({ a: entry('U8', Array(200_000).fill(4_294_967_296), [0, 8]) }),
    /no valid shape/,
  ],
  'brackets as deep as the header has room for': [
    safetensorsBytes(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`, eight),
    /has no description/,
  ],
  'a product that overflows to the right size': [
    header({ a: entry('U8', [2 ** 33, 2 ** 31, 1], [0, 0]) }, 0),
    /should take more than 2\^53 bytes/,
  ],
  'one offset': [header({ a: entry('F32', [2], [0]) }), /no valid data_offsets/],
  'a negative offset': [header({ a: entry('F32', [2], [-8, 0]) }), /no valid data_offsets/],
  'offsets the wrong way round': [header({ a: entry('F32', [2], [8, 0]) }), /should take 8 bytes/],
  'too few bytes for the shape': [header({ a: entry('F32', [3], [0, 8]) }), /should take 12 bytes/],
  'a hole at the start': [header({ a: entry('F32', [1], [4, 8]) }), /a hole before "a"/],
  'a hole between tensors': [
    header({ a: entry('U8', [1], [0, 1]), b: entry('U8', [1], [2, 3]) }, 3),
    /a hole before "b"/,
  ],
  'an overlap': [header({ a: entry('F32', [2], [0, 8]), b: entry('F32', [1], [4, 8]) }), /an overlap at "b"/],
  'more tensors than any model has': [
    header(
      Object.fromEntries(Array.from({ length: 100_001 }, (_, i) => [i, entry('U8', [], [i, i + 1])])),
      100_001,
    ),
    /more than 100000 tensors/,
  ],
  'the same bytes twice': [header({ a: f32x2, b: f32x2 }), /an overlap at "b"/],
  'data that ends too soon': [
    header({ a: entry('F32', [4], [0, 16]) }),
    /cut short: 8 of its 79 bytes are missing/,
  ],
  'bytes after the last tensor': [header({ a: f32x2 }, 9), /1 bytes that belong to no tensor/],
  'no tensors but bytes': [header({}), /8 bytes that belong to no tensor/],
  'metadata that is no text': [header({ __metadata__: { a: 1 }, a: f32x2 }), /__metadata__/],
  'a pickle of protocol 2': [
    Buffer.from('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.', 'latin1'),
    /Python pickle/,
  ],
  'a zipped pickle': [
    Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), Buffer.alloc(64)]),
    /Python pickle/,
  ],
  'a Git LFS pointer': [Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /Git LFS pointer/],
  'a web page': [Buffer.from('<!DOCTYPE html>\n<html lang="en">'), /is a web page/],
  'a web page after a byte order mark': [Buffer.from('\ufeff\n <HTML><head>'), /is a web page/],
  'a web page that begins with a comment': [Buffer.from('<!-- a\nb -->\n<html>'), /is a web page/],
  'an error in JSON': [Buffer.from('{"error":"Unauthorized"}'), /is a text and not the weights/],
  'an error in words': [Buffer.from('Entry not found'), /is a text and not the weights/],
  'an error in words after a byte order mark': [
    Buffer.from('\ufeffAccess refusé à ce fichier.'),
    /is a text and not the weights/,
  ],
  'a zip file of anything but weights': [
    Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(22), Buffer.from('\x05\0\0\0a.txt')]),
    /archive/,
  ],
  'a zip file that torch.save made': [
    Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(22), Buffer.from('\x0e\0\0\0style/data.pkl')]),
    /Python pickle/,
  ],
  'an ONNX file': [Buffer.from('\x08\x08\x12\x07pytorch\x1a\x052.1.0:', 'latin1'), /ONNX file/],
  'an archive': [Buffer.from('7z\xbc\xaf\x27\x1c\x00\x04', 'latin1'), /archive/],
  'a GGUF file': [Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(64)]), /GGUF/],
}

describe('A bad .safetensors file is refused with one sentence that names it', () => {
  test.each(Object.entries(badFiles))('%s', async (_, [bytes, sentence]) => {
    writeFileSync(file, bytes)
    const error = await readSafetensors(file).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(AppError)
    expect(error).toMatchObject({ code: 'model-file', details: { file } })
    expect(errorSentence(en, toAppError(error))).toMatch(sentence)
  })

  test('a file that is missing', async () => {
    await expect(readSafetensors(join(folder, 'none'))).rejects.toMatchObject({
      details: { problem: { what: 'missing' } },
    })
  })

  test('a header length that looks like the start of a text is still read as a length', async () => {
    // The bytes {" and 0: 8827.
    const name = 'a'.repeat(8827 - JSON.stringify({ '': f32x2 }).length)
    const bytes = safetensorsBytes(JSON.stringify({ [name]: f32x2 }), eight)
    expect(bytes.subarray(0, 8).toString('latin1')).toBe('{"\0\0\0\0\0\0')
    writeFileSync(file, bytes)
    expect([...(await readSafetensors(file)).keys()]).toEqual([name])
  })

  test('a folder in place of a file', async () => {
    await expect(readSafetensors(folder)).rejects.toMatchObject({ code: 'model-file' })
  })
})

describe('A good file', () => {
  test('gives every tensor its place, in any order of names, with metadata, padding and empty tensors', async () => {
    const json = JSON.stringify({
      __metadata__: { format: 'pt' },
      late: entry('F32', [1, 2], [1, 9]),
      empty: entry('F32', [0, 4], [1, 1]),
      early: entry('U8', [], [0, 1]),
    })
    writeFileSync(file, safetensorsBytes(`${json}   `, Buffer.concat([Buffer.of(7), floats(1.5, -2)])))
    const tensors = await readSafetensors(file)
    expect([...tensors.keys()]).toEqual(['early', 'empty', 'late'])
    expect(tensors.get('late')).toMatchObject({
      dtype: 'F32',
      shape: [1, 2],
      offset: 8 + json.length + 3 + 1,
      length: 8,
    })
    const late = tensors.get('late')
    expect(late && [...(await readTensor(late))]).toEqual([1.5, -2])
  })

  test('whose header length starts with the bytes of a pickle is no pickle', async () => {
    const json = JSON.stringify({ a: f32x2 }).padEnd(0x0280)
    writeFileSync(file, safetensorsBytes(json, eight))
    expect((await readSafetensors(file)).size).toBe(1)
  })

  test('is named by its real path when it is a link', async () => {
    writeSafetensors(join(folder, 'blob'), { a: { dtype: 'F32', shape: [1], bytes: floats(1) } })
    const link = join(folder, 'link.safetensors')
    symlinkSync('blob', link)
    expect((await readSafetensors(link)).get('a')?.file).toMatch(/blob$/)
  })

  test.each([
    ['F64', [1.5, -0.25], new Uint8Array(Float64Array.of(1.5, -0.25).buffer)],
    [
      'F16',
      [1, -2, 2 ** -24, Number.POSITIVE_INFINITY],
      new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 1, 0x7c00).buffer),
    ],
    ['BF16', [1, -2, 2 ** -126], new Uint8Array(Uint16Array.of(0x3f80, 0xc000, 0x0080).buffer)],
    ['I64', [-3, 5], new Uint8Array(BigInt64Array.of(-3n, 5n).buffer)],
    ['I32', [-3, 5], new Uint8Array(Int32Array.of(-3, 5).buffer)],
    ['I16', [-3, 5], new Uint8Array(Int16Array.of(-3, 5).buffer)],
    ['I8', [-3, 5], Uint8Array.of(253, 5)],
    ['U8', [253, 5], Uint8Array.of(253, 5)],
  ])('reads %s as numbers', async (dtype, values, bytes) => {
    writeSafetensors(file, { a: { dtype, shape: [values.length], bytes } })
    const tensor = (await readSafetensors(file)).get('a')
    expect(tensor && [...(await readTensor(tensor))]).toEqual(values)
  })
})

function header(entries: object, dataBytes = 8): Buffer {
  return safetensorsBytes(JSON.stringify(entries), new Uint8Array(dataBytes))
}

function withLength(headerBytes: number): Buffer {
  const bytes = Buffer.alloc(64)
  bytes.writeBigUInt64LE(BigInt(headerBytes))
  return bytes
}
