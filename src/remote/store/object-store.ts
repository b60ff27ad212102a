/** Objects in a bucket of an S3-compatible store: signed requests (Signature Version 4), with retries after transient faults. */
import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import { type Backoff, backoffMs } from '../../common/backoff.ts'
import { AppError } from '../../errors/errors.ts'
import type { StoreProblem } from '../../errors/store-problem.ts'
import type { Clock } from '../../system/ports.ts'
import type { StoreAddress } from './store-address.ts'

const tries = 4
const pauses: Backoff = { firstMs: 100, maxMs: 2000 }
/** The longest silence of the store while a request or its response is under way. */
const silenceMs = 30_000
/** The speed of a slow line, about a megabit a second. A body that is sent gets time for it besides. */
const slowBytesPerMs = 128
/** The maximum size of a response. A set of pictures is far smaller. */
const maxBytes = 256 * 1024 * 1024

const doingOf = { PUT: 'write', GET: 'read', DELETE: 'delete' } as const
type Method = keyof typeof doingOf

type Outcome =
  | { kind: 'done'; body: Uint8Array }
  | { kind: 'failed'; problem: StoreProblem; mayPass: boolean }

export class ObjectStore {
  readonly #address: StoreAddress
  readonly #clock: Clock
  /** The known difference of the store's clock to this machine's; positive if the store's clock is ahead. */
  #aheadMs = 0

  constructor(address: StoreAddress, clock: Clock) {
    this.#address = address
    this.#clock = clock
  }

  /** Equal for all that use the same bucket. */
  get id(): string {
    return `${this.#address.endpoint}/${this.#address.bucket}`
  }

  /** The name of the store in faults. */
  get host(): string {
    return this.#address.host
  }

  /** Writes an object. @throws AppError 'store' when it cannot be written. */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#request('PUT', key, bytes)
  }

  /** Reads an object. @throws AppError 'store' when it is missing or cannot be read. */
  async get(key: string): Promise<Uint8Array> {
    return this.#request('GET', key)
  }

  /** Deletes an object; a missing object counts as deleted. @throws AppError 'store' when it cannot be deleted. */
  async delete(key: string): Promise<void> {
    await this.#request('DELETE', key)
  }

  async #request(method: Method, key: string, body?: Uint8Array): Promise<Uint8Array> {
    for (let failures = 0; ; failures++) {
      const outcome = await this.#try(method, key, body)
      if (outcome.kind === 'done') return outcome.body
      if (!outcome.mayPass || failures + 1 >= tries) {
        throw new AppError('store', { host: this.#address.host, problem: outcome.problem })
      }
      await new Promise<void>(resolve => this.#clock.after(backoffMs(pauses, failures), resolve))
    }
  }

  async #try(method: Method, key: string, body: Uint8Array | undefined): Promise<Outcome> {
    const abort = new AbortController()
    let cancel = () => {}
    const allow = (limitMs: number) => {
      cancel()
      cancel = this.#clock.after(limitMs, () => abort.abort())
    }
    allow(silenceMs + (body?.length ?? 0) / slowBytesPerMs)
    try {
      const { url, headers } = await this.#sign(method, key, body)
      const response = await fetch(url, {
        method,
        headers,
        ...(body && { body: Buffer.from(body) }),
        redirect: 'manual',
        signal: abort.signal,
      })
      const answer = await readBody(response, () => allow(silenceMs))
      if (response.ok) return { kind: 'done', body: answer }
      return this.#refusal(method, response, answer)
    } catch (error) {
      // A store that let the time pass would let it pass again.
      const isSilent = abort.signal.aborted
      const code = isSilent ? 'ETIMEDOUT' : codeOf(error)
      return { kind: 'failed', problem: { what: 'unreachable', code }, mayPass: !isSilent }
    } finally {
      cancel()
    }
  }

  #sign(method: Method, key: string, body: Uint8Array | undefined) {
    const { keyId: accessKeyId, secret: secretAccessKey, region } = this.#address
    const now = new Date(this.#clock.now() + this.#aheadMs).toISOString()
    return new AwsV4Signer({
      method,
      url: `${this.id}/${key}`,
      headers: {
        'x-amz-content-sha256': createHash('sha256')
          .update(body ?? '')
          .digest('hex'),
      },
      accessKeyId,
      secretAccessKey,
      region,
      service: 's3',
      datetime: now.replace(/[:-]|\.\d{3}/g, ''),
    }).sign()
  }

  /** Allows a retry with a busy store, and after a correction of the clock difference. Another refusal is final. */
  #refusal(method: Method, response: Response, answer: Uint8Array): Outcome {
    const { status, headers } = response
    const code = /<Code>([\w.]{1,64})<\/Code>/.exec(Buffer.from(answer).toString('utf8'))?.[1] ?? ''
    const problem = { what: 'refused', doing: doingOf[method], status, code } as const
    if (code !== 'RequestTimeTooSkewed') {
      return { kind: 'failed', problem, mayPass: status >= 500 || status === 429 }
    }
    const storeTimeMs = Date.parse(headers.get('date') ?? '')
    if (Number.isFinite(storeTimeMs)) this.#aheadMs = storeTimeMs - this.#clock.now()
    return { kind: 'failed', problem, mayPass: Number.isFinite(storeTimeMs) }
  }
}

async function readBody(response: Response, onChunk: () => void): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    onChunk()
    length += chunk.length
    if (length > maxBytes) throw new Error('TOO_LARGE')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** fetch wraps the system's error: `ECONNREFUSED`, `UND_ERR_SOCKET`. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.name
  return String(cause)
}
