/** Reads a submitted form piece by piece as it arrives: a whole form at once would block the main thread. */
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { Busboy, type BusboyFileStream } from '@fastify/busboy'
import { maxCounted } from '../../../app/checks/text-limits.ts'

/**
 * The maximum bytes of a text field, at which longer texts are truncated. A character has at most four bytes, so the rest is still
 * longer than any limit in characters.
 */
const maxTextBytes = 4 * (maxCounted + 1)
/** The maximum number of fields, which is more than any form of the chat has. */
const maxParts = 100

export interface FormFile {
  /** Empty if no file was chosen. */
  name: string
  bytes: Uint8Array
}

/**
 * The fields of a form by their names; of fields with one name, the last.
 * @throws Error if the body is not a form, or has too many fields.
 */
export async function readFormBody(
  body: ReadableStream<Uint8Array>,
  contentType: string,
): Promise<Record<string, string | FormFile>> {
  const fields = new Map<string, string | FormFile>()
  const reader = new Busboy({
    headers: { 'content-type': contentType },
    isPartAFile: (_field, _type, name) => name !== undefined,
    limits: { fieldSize: maxTextBytes, fields: maxParts, parts: maxParts },
  })
  const refuse = () => void reader.destroy(new Error(`a form has at most ${maxParts} fields`))
  reader.on('partsLimit', refuse)
  reader.on('fieldsLimit', refuse)
  reader.on('field', (field, text) => fields.set(field, text))
  reader.on('file', (field, stream, name) => {
    // A file that ends in the middle is an error of the stream too.
    stream.on('error', error => reader.destroy(error))
    collect(stream, bytes => fields.set(field, { name, bytes }))
  })
  await pipeline(body, reader)
  return Object.fromEntries(fields)
}

function collect(stream: BusboyFileStream, whole: (bytes: Uint8Array) => void): void {
  const pieces: Uint8Array[] = []
  let lengthBytes = 0
  stream.on('data', (piece: Uint8Array) => {
    pieces.push(piece)
    lengthBytes += piece.byteLength
  })
  stream.on('end', () => {
    const bytes = new Uint8Array(lengthBytes)
    let offset = 0
    for (const piece of pieces) {
      bytes.set(piece, offset)
      offset += piece.byteLength
    }
    whole(bytes)
  })
}
