import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { FakeClock } from '../../fake-clock.ts'
import { FakeSlack } from '../fake-slack.ts'
import { sign } from './http-transport.ts'
import type { Envelope } from './transport.ts'

let clock: FakeClock
let slack: FakeSlack

beforeEach(async () => {
  clock = new FakeClock()
  slack = new FakeSlack(clock)
  await slack.start()
})
afterEach(() => slack.stop())

const envelope: Envelope = { type: 'interactive', acceptsResponse: true, payload: { type: 'x' } }

async function openUrl(token = slack.appToken): Promise<{ ok: boolean; url?: string; error?: string }> {
  const answer = await fetch(`${slack.apiUrl}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  })
  return JSON.parse(await answer.text())
}

interface Client {
  socket: WebSocket
  received: Record<string, unknown>[]
}

async function connect(url: string): Promise<Client> {
  const socket = new WebSocket(url)
  const received: Record<string, unknown>[] = []
  socket.on('message', data => received.push(JSON.parse(data.toString())))
  await new Promise((resolve, reject) => {
    socket.once('message', resolve)
    socket.once('error', reject)
  })
  return { socket, received }
}

describe('Socket Mode of the fake Slack', () => {
  it('opens with an app-level token only, each ticket once', async () => {
    expect(await openUrl('xapp-forged')).toMatchObject({ ok: false, error: 'invalid_auth' })
    const { url = '' } = await openUrl()
    const { received } = await connect(url)
    expect(received[0]).toMatchObject({ type: 'hello', num_connections: 1 })
    await expect(connect(url)).rejects.toThrow('403')
  })

  it('takes ten connections and spreads envelopes over them', async () => {
    const clients: Client[] = []
    for (let i = 0; i < 10; i++) clients.push(await connect((await openUrl()).url ?? ''))
    await expect(connect((await openUrl()).url ?? '')).rejects.toThrow('403')
    for (const client of clients)
      client.socket.on('message', data => {
        client.socket.send(JSON.stringify({ envelope_id: JSON.parse(data.toString()).envelope_id }))
      })
    await Promise.all(clients.map(() => slack.deliver(envelope)))
    expect(clients.map(client => client.received.length)).toEqual(clients.map(() => 2))
  })

  it('hands over the answer in an ack, and counts acks that nobody waits for', async () => {
    const { socket } = await connect((await openUrl()).url ?? '')
    socket.on('message', data => {
      const { envelope_id: id } = JSON.parse(data.toString())
      for (let i = 0; i < 2; i++) socket.send(JSON.stringify({ envelope_id: id, payload: { text: 'hi' } }))
    })
    expect(await slack.deliver(envelope)).toEqual({ kind: 'acked', body: { text: 'hi' }, afterMs: 0 })
    await expect.poll(() => slack.sockets.strayAcks).toBe(1)
  })

  it('gives up after 3 s, and at once where the connection goes', async () => {
    const { received, socket } = await connect((await openUrl()).url ?? '')
    const silent = slack.deliver(envelope)
    await expect.poll(() => received.length).toBe(2)
    clock.advance(3000)
    expect(await silent).toEqual({ kind: 'timeout' })
    const cut = slack.deliver(envelope)
    await expect.poll(() => received.length).toBe(3)
    socket.terminate()
    expect(await cut).toEqual({ kind: 'lost' })
  })

  it('announces a refresh before it goes', async () => {
    const { received } = await connect((await openUrl()).url ?? '')
    slack.sockets.refresh('warning')
    await expect.poll(() => received.at(-1)).toMatchObject({ type: 'disconnect', reason: 'warning' })
  })
})

describe('signed HTTP of the fake Slack', () => {
  let server: Server
  let seen: { headers: Record<string, unknown>; body: string }[]
  let status: number

  beforeEach(async () => {
    seen = []
    status = 200
    server = createServer((request, response) => {
      let body = ''
      request.on('data', chunk => {
        body += String(chunk)
      })
      request.on('end', () => {
        seen.push({ headers: request.headers, body })
        response.writeHead(status, { 'content-type': 'application/json' }).end('{"text":"hi"}')
      })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    slack.useHttp(`http://127.0.0.1:${address.port}/slack/events`)
  })
  afterEach(() => {
    server.close()
  })

  it('signs the raw body with the time', async () => {
    expect(await slack.deliver(envelope)).toMatchObject({ kind: 'acked', body: { text: 'hi' } })
    const seconds = clock.now() / 1000
    expect(seen[0]?.headers['x-slack-signature']).toBe(
      sign(slack.signingSecret, seconds, seen[0]?.body ?? ''),
    )
    expect(seen[0]?.body).toBe(`payload=${encodeURIComponent('{"type":"x"}')}`)
  })

  it('tells a re-delivery by its headers, and a refusal by its status', async () => {
    status = 401
    const payload = slack.eventPayload(slack.addTeam('acme').id, { type: 'app_home_opened' })
    expect(await slack.redeliver(payload, 2)).toEqual({ kind: 'refused', status: 401 })
    expect(seen[0]?.headers).toMatchObject({ 'x-slack-retry-num': '2', 'x-slack-retry-reason': 'timeout' })
  })
})
