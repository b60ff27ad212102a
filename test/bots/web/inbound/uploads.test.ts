/** Large forms that come all at once: a few are taken in, the others wait or are turned away, and nobody else notices. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { Hono } from 'hono'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { maxBodyBytes, uploadBudget } from '../../../../src/bots/web/inbound/uploads.ts'
import { loadConfig } from '../../../../src/config/config.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import { en } from '../../../../src/words/en.ts'
import { FakeClock } from '../../../fakes/fake-clock.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat
let open: ClientRequest[]
beforeEach(async () => {
  open = []
  const { web } = loadConfig(packageRoot, packageRoot)
  // Each sender has an address of its own, as a proxy states it.
  chat = await openWebChat({ web: { ...web, port: 0, proxies: ['127.0.0.1'] } })
})
afterEach(async () => {
  for (const sent of open) sent.destroy()
  await chat.close()
})

const boundary = '----part'
const head = `--${boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\na red circle`
const tail = `\r\n--${boundary}--\r\n`

/** A form that claims to be as large as is allowed and never comes to its end, until it is finished. */
function beginsForm(
  address: string,
  announced = true,
): { response: Promise<IncomingMessage>; finish: () => void } {
  const length = maxBodyBytes - 1000
  const padding = Buffer.alloc(length - head.length - tail.length, ' ')
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    origin: new URL(chat.url).origin,
    accept: 'application/json',
    'x-forwarded-for': address,
    ...(announced ? { 'content-length': String(length) } : {}),
  }
  const sent = request(new URL('/say', chat.url), { method: 'POST', headers, agent: false })
  open.push(sent)
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve)
    sent.once('error', reject)
  })
  response.catch(() => undefined)
  sent.write(head)
  return {
    response,
    finish() {
      sent.write(padding)
      sent.end(tail)
    },
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return text
}

it.each([true, false])(
  'three forms at a time, the fourth after one of them: size announced %s',
  async announced => {
    const forms = [1, 2, 3, 4].map(host => beginsForm(`203.0.113.${host}`, announced))
    // Everybody else is served meanwhile, and their own small forms too.
    expect((await chat.bob.posts('/say', { text: 'a blue square' })).kind).toBe('accepted')
    let fourth = false
    const last = forms[3]?.response.then(() => {
      fourth = true
    })
    forms[3]?.finish()
    expect((await chat.bob.gets('/feed')).status).toBe(200)
    expect(fourth).toBe(false)
    forms[0]?.finish()
    expect((await forms[0]?.response)?.statusCode).toBe(200)
    await last
    expect(fourth).toBe(true)
  },
)

it('a form whose body stops coming in gives its room to the next one, and says so', async () => {
  const forms = [1, 2, 3, 4].map(host => beginsForm(`203.0.113.${host}`))
  expect((await chat.bob.posts('/say', { text: 'a blue square' })).kind).toBe('accepted')
  const clock: FakeClock = chat.clock
  clock.advance(10_000)
  for (const stalled of forms.slice(0, 3)) {
    const response = await stalled.response
    expect(response.headers.connection).toBe('close')
    expect(JSON.parse(await bodyOf(response))).toEqual({
      kind: 'refused',
      sentences: [en.web.refused.stalled],
    })
  }
  forms[3]?.finish()
  expect((await forms[3]?.response)?.statusCode).toBe(200)
})

it('the forms of one address wait for each other, and those of others do not', async () => {
  const [held, own] = [beginsForm('2001:db8::1'), beginsForm('2001:db8::2')]
  const other = beginsForm('2001:db8:0:1::1')
  let done = false
  const ended = own.response.then(() => {
    done = true
  })
  for (const form of [own, other]) form.finish()
  expect((await other.response).statusCode).toBe(200)
  expect(done).toBe(false)
  held.finish()
  await ended
})

it('an upload that waits too long is refused with a sentence', async () => {
  const clock = new FakeClock()
  let receivedBytes = 0
  const incoming = {
    complete: false,
    socket: {
      get bytesRead() {
        receivedBytes += 1_000_000
        return receivedBytes
      },
    },
  }
  const app = new Hono()
  app.use(
    uploadBudget({
      clock,
      addressOf: c => c.req.header('from') ?? '',
      refuseBusy: c => c.text('busy', 503),
      refuseStalled: c => c.text('stalled', 408),
    }),
  )
  app.post('/', () => new Promise<Response>(() => undefined))
  const send = (from: string) =>
    app.request('/', { method: 'POST', headers: { from, 'content-length': `${maxBodyBytes}` } }, { incoming })
  const sent = ['a', 'b', 'c', 'd'].map(send)
  // Three watch their bodies, the fourth waits.
  await vi.waitUntil(() => clock.pending === 4)
  clock.advance(20_000)
  expect((await Promise.race(sent)).status).toBe(503)
})
