/** Fetches one file of a model: continues at the end of an earlier try, and checks the hash of the whole file. */
import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../errors/errors.ts'
import { chunkBytes, maxPending } from './model-messages.ts'
import type { ModelRequests } from './model-requests.ts'

export interface FilePart {
  /** The model's hash, and the file's number in its description. */
  hash: string
  index: number
  bytes: number
  /** sha256, hex. */
  sha256: string
  /** The path of the partial file. */
  partial: string
}

/**
 * Fetches the file into `part.partial`. Postcondition: the whole file is on the disk. `onFetched` gets the bytes so far.
 * @throws AppError 'model-fetch' when the gateway is lost, or the file does not match its description; the partial file is then
 * emptied.
 */
export async function fetchFile(
  requests: ModelRequests,
  part: FilePart,
  onFetched: (doneBytes: number) => void,
): Promise<void> {
  const handle = await open(part.partial, constants.O_RDWR | constants.O_CREAT)
  try {
    let { doneBytes, sha } = await resume(requests, part, handle)
    onFetched(doneBytes)
    for await (const chunk of chunksFrom(doneBytes, requests, part)) {
      await writeAt(handle, chunk, doneBytes)
      sha.update(chunk)
      doneBytes += chunk.length
      onFetched(doneBytes)
    }
    const found = sha.digest('hex')
    if (found !== part.sha256) {
      await handle.truncate()
      const { partial: file, sha256: expected } = part
      throw new AppError('model-fetch', { problem: { what: 'damaged', file, expected, found } })
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The length and the running hash of the partial file if its contents are right; otherwise the file is emptied. */
async function resume(
  requests: ModelRequests,
  { hash, index, bytes, sha256, partial }: FilePart,
  handle: FileHandle,
): Promise<{ doneBytes: number; sha: Hash }> {
  const { size } = await handle.stat()
  const sha = createHash('sha256')
  if (size === 0) return { doneBytes: 0, sha }
  for await (const chunk of createReadStream(partial)) sha.update(chunk)
  const expected =
    size < bytes
      ? (await requests.ask({ kind: 'checksum', hash, file: index, bytes: size }, 'checksum')).sha256
      : sha256
  if (sha.copy().digest('hex') === expected) return { doneBytes: size, sha }
  await handle.truncate()
  return { doneBytes: 0, sha: createHash('sha256') }
}

/** The rest of the file, in order. A few chunks are requested ahead, which limits the space in Redis. */
async function* chunksFrom(
  startBytes: number,
  requests: ModelRequests,
  { hash, index, bytes }: FilePart,
): AsyncGenerator<Uint8Array> {
  const asked: Promise<{ bytes: Uint8Array }>[] = []
  let offset = startBytes
  for (;;) {
    for (; asked.length < maxPending && offset < bytes; offset += chunkBytes) {
      const answer = requests.ask({ kind: 'read', hash, file: index, offset }, 'chunk')
      // If an earlier request fails, nothing awaits this one.
      answer.catch(() => {})
      asked.push(answer)
    }
    const next = asked.shift()
    if (!next) return
    yield (await next).bytes
  }
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, offset + done)
    done += bytesWritten
  }
}
