/** The gateway's side of one channel for models: answers a machine's requests in order, for served models only. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import type { Reference } from '../presence/records.ts'
import { chunkBytes, type ModelReply, type ModelRequest, maxPending, modelRequest } from './model-messages.ts'

/** A file of a served model, with its paths on both machines. */
export interface ServedFile {
  /** The path below the model's path; empty if the model is a single file. */
  readonly path: readonly string[]
  readonly bytes: number
  /** sha256, hex. */
  readonly sha256: string
  /** The path on this machine, which is never sent. */
  readonly file: string
}

/** A model, or a file that is used with models, that machines may fetch. */
export interface ServedModel extends Reference {
  /** Its path below its models folder. */
  readonly place: readonly string[]
  /** Its files. @throws AppError 'model-file' when one cannot be read. */
  files(): Promise<readonly ServedFile[]>
}

export interface ModelServerOptions {
  models: readonly ServedModel[]
  send: (reply: ModelReply) => void
  /** Called when the machine violates the protocol. */
  onBroken: () => void
  onError: (error: unknown) => void
}

const unavailable: ModelReply = { kind: 'unavailable' }

export class ModelServer {
  readonly #options: ModelServerOptions
  readonly #files = new Map<string, readonly ServedFile[]>()
  #answered: Promise<void> = Promise.resolve()
  #pending = 0

  constructor(options: ModelServerOptions) {
    this.#options = options
  }

  receive(raw: unknown): void {
    const parsed = modelRequest.safeParse(raw)
    if (!parsed.success || this.#pending >= maxPending) {
      this.#options.onBroken()
      return
    }
    this.#pending += 1
    this.#answered = this.#answered.then(async () => {
      const reply = await this.#answer(parsed.data)
      this.#pending -= 1
      this.#options.send(reply)
    })
  }

  async #answer(request: ModelRequest): Promise<ModelReply> {
    try {
      return await this.#read(request)
    } catch (error) {
      this.#options.onError(error)
      return unavailable
    }
  }

  async #read(request: ModelRequest): Promise<ModelReply> {
    const { models } = this.#options
    if (request.kind === 'list') {
      return { kind: 'list', models: models.map(({ name, hash }) => ({ name, hash })) }
    }
    const model = models.find(({ hash }) => hash === request.hash)
    if (!model) return unavailable
    const files = this.#files.get(model.hash) ?? (await model.files())
    this.#files.set(model.hash, files)
    if (request.kind === 'describe') {
      const described = files.map(({ path, bytes, sha256 }) => ({ path: [...path], bytes, sha256 }))
      return { kind: 'model', place: [...model.place], files: described }
    }
    const file = files[request.file]
    if (!file) return unavailable
    if (request.kind === 'checksum') {
      return { kind: 'checksum', sha256: await checksum(file.file, Math.min(request.bytes, file.bytes)) }
    }
    return { kind: 'chunk', bytes: await readChunk(file, request.offset) }
  }
}

/** sha256, hex, of a file's first bytes. */
export async function checksum(file: string, bytes: number): Promise<string> {
  const sha = createHash('sha256')
  if (bytes > 0) for await (const chunk of createReadStream(file, { end: bytes - 1 })) sha.update(chunk)
  return sha.digest('hex')
}

async function readChunk({ file, bytes }: ServedFile, offset: number): Promise<Uint8Array<ArrayBuffer>> {
  const length = Math.max(0, Math.min(chunkBytes, bytes - offset))
  const handle = await open(file, 'r')
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
