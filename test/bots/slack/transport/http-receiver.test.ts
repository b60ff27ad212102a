/** The HTTP receiver as a whole: only what Slack signed recently gets as far as a job. */
import { type ClientRequest, request as send } from 'node:http'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  type HttpTransport,
  type SignedRequest,
  sign,
} from '../../../fakes/slack/transport/http-transport.ts'
import { letTimePass } from '../../../helpers/let-time-pass.ts'
import { mutation } from '../mutations.ts'
import { SlackTest } from '../start-slack.ts'

let t: SlackTest
let slack: HttpTransport
beforeEach(async () => {
  t = await SlackTest.start({ slack: { transport: 'http' } })
  slack = t.slack.useHttp(`${t.adapter.url}/slack/events`)
})
afterEach(async () => {
  await t.calm()
  await t.dispose()
})

function command(): SignedRequest {
  const { ada, channel, team } = t.scene
  return slack.request({
    type: 'slash_commands',
    acceptsResponse: true,
    payload: {
      command: '/imagine',
      text: 'a red circle',
      team_id: team.id,
      channel_id: channel.id,
      user_id: ada.id,
      user_name: 'Ada',
      trigger_id: t.slack.interactions.trigger(ada.member),
      response_url: t.slack.responseUrl({ memberId: ada.id, channelId: channel.id }),
    },
  })
}

/** Status of a request with exactly these bytes. */
function statusOf(headers: Record<string, string>, body: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = send(`${t.adapter.url}/slack/events`, { method: 'POST', headers }, response => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** A request whose body does not come. Resolves when the receiver waits for it. */
function beginsLargeBody(): Promise<ClientRequest> {
  const headers = { 'content-length': 1024 * 1024, expect: '100-continue' }
  return new Promise(resolve => {
    const begun = send(`${t.adapter.url}/slack/events`, { method: 'POST', headers })
    begun.on('continue', () => resolve(begun))
    begun.on('error', () => undefined)
  })
}

const jobCount = () => t.jobs().length

describe('the HTTP receiver', () => {
  it('lets the genuine request in, and none of 1,000 that were changed on the way', async () => {
    const golden = command()
    const { 'x-slack-signature': signature, 'x-slack-request-timestamp': timestamp } = golden.headers
    const parts = {
      signingSecret: t.slack.signingSecret,
      rawBody: Buffer.from(golden.body),
      timestamp,
      signature,
      nowMs: t.clock.now(),
    }
    const seed = Date.now() % 2 ** 31
    const sendable = /^[\x21-\x7e]+$/
    const mutated = fc.sample(
      mutation(parts).filter(one => sendable.test(one.signature ?? '') && sendable.test(one.timestamp ?? '')),
      { numRuns: 1000, seed },
    )
    for (const one of mutated) {
      const headers = {
        ...golden.headers,
        'x-slack-signature': one.signature ?? '',
        'x-slack-request-timestamp': one.timestamp ?? '',
      }
      expect(await statusOf(headers, one.rawBody), `seed ${seed}`).toBe(401)
    }
    expect(jobCount()).toBe(0)
    expect(await statusOf(golden.headers, Buffer.from(golden.body))).toBe(200)
    expect(jobCount()).toBe(1)
  })

  it.each([
    [-301, 401],
    [-300, 200],
    [300, 200],
    [301, 401],
  ])('answers what was signed %i s from now with %i', async (offset, status) => {
    const { body, headers } = command()
    const seconds = t.clock.now() / 1000 + offset
    const signed = {
      ...headers,
      'x-slack-request-timestamp': String(seconds),
      'x-slack-signature': sign(t.slack.signingSecret, seconds, body),
    }
    expect(await statusOf(signed, Buffer.from(body))).toBe(status)
    expect(jobCount()).toBe(status === 200 ? 1 : 0)
  })

  it('reads no more of a body than a request of Slack’s can have', async () => {
    const { headers } = command()
    const outcome = await statusOf(headers, Buffer.alloc(2 * 1024 * 1024, 97)).catch(() => 'cut off')
    expect([401, 'cut off']).toContain(outcome)
  })

  it('holds few large bodies of strangers at one time, and lets genuine requests pass them', async () => {
    const held = await Promise.all(Array.from({ length: 16 }, beginsLargeBody))
    const refused = statusOf({}, Buffer.alloc(70_000, 97))
    expect(await letTimePass(refused, t.clock, { graceMs: 0 })).toBe(503)
    const golden = command()
    expect(await statusOf(golden.headers, Buffer.from(golden.body))).toBe(200)
    for (const one of held) one.destroy()
    expect(await statusOf({}, Buffer.alloc(70_000, 97))).toBe(401)
  })

  it('has nothing but the one address, and takes nothing but POST there', async () => {
    for (const [method, path] of [
      ['GET', '/slack/events'],
      ['POST', '/slack/install'],
      ['GET', '/slack/install'],
      ['GET', '/'],
    ] as const) {
      const answer = await fetch(`${t.adapter.url}${path}`, { method })
      expect([401, 404], `${method} ${path}`).toContain(answer.status)
    }
  })
})
