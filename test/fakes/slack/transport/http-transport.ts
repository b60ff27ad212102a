/** The fake Slack's signed HTTP requests to the app's request URL. */
import { createHmac } from 'node:crypto'
import type { Clock } from '../../../../src/system/ports.ts'
import { ackLimitMs, type Delivered, type Envelope, type Transport } from './transport.ts'

export interface SignedRequest {
  headers: Record<string, string>
  body: string
}

/** v0 signature over time and raw body (docs.slack.dev/authentication/verifying-requests-from-slack). */
export function sign(secret: string, timestampSeconds: number, body: string): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestampSeconds}:${body}`).digest('hex')}`
}

export class HttpTransport implements Transport {
  readonly #clock: Clock
  readonly #secret: string
  readonly #url: string

  constructor(clock: Clock, secret: string, url: string) {
    this.#clock = clock
    this.#secret = secret
    this.#url = url
  }

  /** An envelope as the bytes that Slack sends: a form for commands and interactions, JSON for events. */
  request(envelope: Envelope): SignedRequest {
    const isEvent = envelope.type === 'events_api'
    const body = isEvent ? JSON.stringify(envelope.payload) : formOf(envelope)
    const seconds = Math.floor(this.#clock.now() / 1000)
    return {
      body,
      headers: {
        'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': String(seconds),
        'x-slack-signature': sign(this.#secret, seconds, body),
        ...(envelope.retry === undefined
          ? {}
          : {
              'x-slack-retry-num': String(envelope.retry.attempt),
              'x-slack-retry-reason': envelope.retry.reason,
            }),
      },
    }
  }

  send(request: SignedRequest): Promise<Response> {
    return fetch(this.#url, { method: 'POST', headers: request.headers, body: request.body })
  }

  async deliver(envelope: Envelope): Promise<Delivered> {
    const startedAtMs = this.#clock.monotonicMs()
    const answer = this.send(this.request(envelope)).then(
      async (response): Promise<Delivered> => {
        const text = await response.text()
        if (response.status !== 200) return { kind: 'refused', status: response.status }
        const isJson = response.headers.get('content-type')?.includes('json') === true
        const body = text === '' ? undefined : isJson ? JSON.parse(text) : { text }
        return { kind: 'acked', body, afterMs: this.#clock.monotonicMs() - startedAtMs }
      },
      (): Delivered => ({ kind: 'lost' }),
    )
    let stopTimer = () => {}
    const timeout = new Promise<Delivered>(resolve => {
      stopTimer = this.#clock.after(ackLimitMs, () => resolve({ kind: 'timeout' }))
    })
    const delivered = await Promise.race([answer, timeout])
    stopTimer()
    return delivered
  }
}

function formOf(envelope: Envelope): string {
  if (envelope.type === 'interactive')
    return new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString()
  const form = new URLSearchParams()
  for (const [key, value] of Object.entries(envelope.payload))
    if (value !== undefined) form.set(key, String(value))
  return form.toString()
}
