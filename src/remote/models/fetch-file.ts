/** Fetches one file of a model: continues where an earlier attempt ended, and checks the hash of the whole file. */
import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AppError } from '../../errors/errors.ts'
import { chunkBytes, maxPending } from './model-messages.ts'
import type { ModelRequests } from './model-requests.ts'

export interface FileToFetch {
  /** The model's hash, and the file's number in its description. */
  hash: string
  index: number
  bytes: number
  /** sha256, hex. */
  sha256: string
  /** The path of the partial file. */
  partialPath: string
}

/**
 * Fetches the file into `file.partialPath`. Postcondition: the whole file is on the disk. `onFetched`: gets the bytes so far.
 * @throws AppError 'model-fetch' when the gateway is lost, or the file does not match its description; the partial file is then
 * emptied.
 */
export async function fetchFile(
  requests: ModelRequests,
  file: FileToFetch,
  onFetched: (doneBytes: number) => void,
): Promise<void> {
  const handle = await open(file.partialPath, constants.O_RDWR | constants.O_CREAT)
  try {
    let { doneBytes, sha } = await resume(requests, file, handle)
    onFetched(doneBytes)
    for await (const chunk of chunksFrom(doneBytes, requests, file)) {
      await writeAt(handle, chunk, doneBytes)
      sha.update(chunk)
      doneBytes += chunk.length
      onFetched(doneBytes)
    }
    const found = sha.digest('hex')
    if (found !== file.sha256) {
      await handle.truncate()
      const { partialPath, sha256: expected } = file
      throw new AppError('model-fetch', { problem: { what: 'damaged', file: partialPath, expected, found } })
    }
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** The length and the running hash of the partial file. A file with wrong contents is emptied first. */
async function resume(
  requests: ModelRequests,
  { hash, index, bytes, sha256, partialPath }: FileToFetch,
  handle: FileHandle,
): Promise<{ doneBytes: number; sha: Hash }> {
  const { size } = await handle.stat()
  const sha = createHash('sha256')
  if (size === 0) return { doneBytes: 0, sha }
  for await (const chunk of createReadStream(partialPath)) sha.update(chunk)
  const isPart = size < bytes
  const expected = isPart
    ? (await requests.request({ kind: 'checksum', hash, file: index, bytes: size }, 'checksum')).sha256
    : sha256
  if (sha.copy().digest('hex') === expected) return { doneBytes: size, sha }
  await handle.truncate()
  return { doneBytes: 0, sha: createHash('sha256') }
}

/** The chunks from an offset on, in order. `maxPending` limits the chunks requested ahead, and with them the space in Redis. */
async function* chunksFrom(
  startBytes: number,
  requests: ModelRequests,
  { hash, index, bytes }: FileToFetch,
): AsyncGenerator<Uint8Array> {
  const pending: Promise<{ bytes: Uint8Array }>[] = []
  let offset = startBytes
  for (;;) {
    for (; pending.length < maxPending && offset < bytes; offset += chunkBytes) {
      const answer = requests.request({ kind: 'read', hash, file: index, offset }, 'chunk')
      // If an earlier request fails, nothing awaits this one, and its rejection would be unhandled.
      answer.catch(() => {})
      pending.push(answer)
    }
    const next = pending.shift()
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
