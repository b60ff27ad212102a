/**
 * An S3 that refuses what S3 refuses: a request that is not signed by Signature Version 4 with the right key, a clock more than
 * 15 minutes apart, a body with another hash, an unknown bucket or key; and that is busy or cut off where a test wants it.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { onTestFinished } from 'vitest'

export const fakeS3Keys = { keyId: 'AKIDEXAMPLE', secret: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const region = 'eu-test-1'
const bucket = 'easel'

/** RequestTimeTooSkewed: “The difference between the request time and the server's time is too large”, which is 15 minutes. */
const skewLimitMs = 15 * 60_000

interface Refusal {
  status: number
  code: string
}

export class FakeS3 {
  readonly objects = new Map<string, Buffer>()
  /** Requests that were let in, as `PUT key`. */
  readonly served: string[] = []
  /** The next requests are refused with these, one each. */
  readonly refusals: Refusal[] = []
  /** How far its clock is ahead. */
  aheadMs = 0
  /** What is put is accepted, and is not there afterwards. */
  losesObjects = false
  /** The number of all requests. */
  asked = 0
  /** Requests get no answer. */
  isSilent = false
  /** Answers of GET end in the middle of the body. */
  cutsBodies = false
  endpoint = ''
  #waiters: (() => void)[] = []

  /** Ends with its test. */
  static async start(): Promise<FakeS3> {
    const { fake, end } = await FakeS3.open()
    onTestFinished(end)
    return fake
  }

  /** The same for a whole file of tests, whose last hook calls `end`. */
  static async open(): Promise<{ fake: FakeS3; end(): void }> {
    const fake = new FakeS3()
    const server = createServer((request, response) => void fake.#answer(request, response))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    fake.endpoint = `http://127.0.0.1:${address.port}`
    const end = () => {
      server.closeAllConnections()
      server.close()
    }
    return { fake, end }
  }

  /** Resolves when there is no object. */
  async emptied(): Promise<void> {
    while (this.objects.size > 0) await new Promise<void>(resolve => this.#waiters.push(resolve))
  }

  get address() {
    return { endpoint: this.endpoint, host: '127.0.0.1', bucket, region, ...fakeS3Keys }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await read(request)
    this.asked += 1
    if (this.isSilent) return
    const nowMs = Date.now() + this.aheadMs
    response.setHeader('date', new Date(nowMs).toUTCString())
    const refusal = this.refusals.shift() ?? refusalOf(request, body, nowMs)
    const key = (request.url ?? '').slice(`/${bucket}/`.length)
    if (refusal) return refuse(response, refusal)
    if (!request.url?.startsWith(`/${bucket}/`))
      return refuse(response, { status: 404, code: 'NoSuchBucket' })
    this.served.push(`${request.method} ${key}`)
    if (request.method === 'PUT' && !this.losesObjects) this.objects.set(key, body)
    // DELETE answers 204 whether the key exists or not.
    if (request.method === 'DELETE') this.objects.delete(key)
    for (const wake of this.#waiters.splice(0)) wake()
    if (request.method !== 'GET') return void response.writeHead(request.method === 'PUT' ? 200 : 204).end()
    const object = this.objects.get(key)
    if (!object) return refuse(response, { status: 404, code: 'NoSuchKey' })
    response.writeHead(200, { 'content-length': object.length })
    if (!this.cutsBodies) return void response.end(object)
    response.write(object.subarray(0, object.length >> 1))
    setImmediate(() => response.destroy())
  }
}

function refuse(response: ServerResponse, { status, code }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>no</Message></Error>`,
  )
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest()

/** The checks in the order in which S3 makes them. */
function refusalOf(request: IncomingMessage, body: Buffer, nowMs: number): Refusal | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/
  const [, keyId, day = '', signedRegion, names = '', signature] =
    pattern.exec(request.headers.authorization ?? '') ?? []
  const date = String(request.headers['x-amz-date'] ?? '')
  if (keyId === undefined) return { status: 403, code: 'AccessDenied' }
  if (keyId !== fakeS3Keys.keyId) return { status: 403, code: 'InvalidAccessKeyId' }
  if (signedRegion !== region) return { status: 400, code: 'AuthorizationHeaderMalformed' }
  const iso = date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z')
  if (!(Math.abs(Date.parse(iso) - nowMs) <= skewLimitMs))
    return { status: 403, code: 'RequestTimeTooSkewed' }
  const payload = String(request.headers['x-amz-content-sha256'] ?? '')
  const headers = names.split(';').map(name => `${name}:${String(request.headers[name] ?? '').trim()}\n`)
  const canonical = [request.method, request.url, '', headers.join(''), names, payload].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const key = hmac(hmac(hmac(hmac(`AWS4${fakeS3Keys.secret}`, day), region), 's3'), 'aws4_request')
  const expected = hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')).toString('hex')
  if (signature !== expected) return { status: 403, code: 'SignatureDoesNotMatch' }
  if (payload !== sha256(body)) return { status: 400, code: 'XAmzContentSHA256Mismatch' }
  return undefined
}
