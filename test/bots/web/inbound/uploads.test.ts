/** Large forms that come all at once: a few are taken in, the others wait or are turned away, and nobody else notices. */
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { maxBodyBytes } from '../../../../src/bots/web/inbound/uploads.ts'
import { en } from '../../../../src/words/en.ts'
import type { FakeClock } from '../../../fakes/fake-clock.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat
let open: ClientRequest[]
beforeEach(async () => {
  open = []
  chat = await openWebChat()
})
afterEach(async () => {
  for (const sent of open) sent.destroy()
  await chat.close()
})

const boundary = '----part'
const head = `--${boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\na red circle`
const tail = `\r\n--${boundary}--\r\n`

/** A form that claims to be as large as is allowed and never comes to its end, until it is finished. */
function beginsForm(announced: boolean): { response: Promise<IncomingMessage>; finish: () => void } {
  const length = maxBodyBytes - 1000
  const padding = Buffer.alloc(length - head.length - tail.length, ' ')
  const headers = {
    'content-type': `multipart/form-data; boundary=${boundary}`,
    origin: new URL(chat.url).origin,
    accept: 'application/json',
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
    const forms = [1, 2, 3, 4].map(() => beginsForm(announced))
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

it('an upload that waits too long is refused with a sentence', async () => {
  const forms = [1, 2, 3, 4].map(() => beginsForm(true))
  expect((await chat.bob.posts('/say', { text: 'a blue square' })).kind).toBe('accepted')
  const clock: FakeClock = chat.clock
  clock.advance(20_000)
  const response = await Promise.race(forms.map(form => form.response))
  expect(JSON.parse(await bodyOf(response))).toEqual({ kind: 'refused', said: [en.web.refused.busy] })
})
