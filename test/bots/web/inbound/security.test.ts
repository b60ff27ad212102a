import { request } from 'node:http'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isOwnHost } from '../../../../src/bots/web/inbound/hosts.ts'
import { maxBodyBytes } from '../../../../src/bots/web/inbound/uploads.ts'
import { harmIn } from '../http-person.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

/** The status of a GET whose path is sent as it is. */
function rawPath(base: string, path: string, headers: Record<string, string>): Promise<number> {
  const { hostname, port } = new URL(base)
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, headers, agent: false }, response => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0))
    })
      .on('error', reject)
      .end()
  })
}

interface RawResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

describe('the web chat refuses what is not its own', () => {
  let chat: WebChat

  beforeEach(async () => {
    chat = await openWebChat()
  })
  afterEach(() => chat.close())

  /** Unlike fetch, sends exactly the headers it is told. */
  function raw(
    path: string,
    options: { method?: string; headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<RawResponse> {
    const { method = 'GET', headers = {}, body } = options
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, chat.url), { method, headers, agent: false }, response => {
        const chunks: Buffer[] = []
        response.on('data', chunk => chunks.push(chunk))
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        )
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()
  const formType = { 'content-type': 'application/x-www-form-urlencoded' }
  const say = form({ text: 'a red circle' })

  it.each([
    'evil.example',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.nip.io',
    'localhost@evil',
  ])('a foreign host (DNS rebinding): %s', async host => {
    for (const path of [
      '/',
      '/feed',
      '/live',
      '/pictures/x',
      '/pictures/x/thumbnail?side=512',
      '/assets/style.css',
      '/assets/script/x/main.js',
    ]) {
      const response = await raw(path, { headers: { host } })
      expect([400, 421], path).toContain(response.status)
      expect(response.body, path).not.toContain('<')
    }
  })

  it('answers under // what it answers under /, as a proxy may take a folder off without its slash', async () => {
    const raws = (path: string, headers = {}) => rawPath(chat.url, path, headers)
    expect(await raws('//feed')).toBe(200)
    expect(await raws('//assets/style.css')).toBe(200)
    expect(await raws('//nothing')).toBe(404)
    expect(await raws('//feed', { host: 'evil.example' })).toBe(421)
  })

  it('logs a refusal with what cures it, and says it to the browser', async () => {
    const { log } = chat
    const unknown = await raw('/', { headers: { host: 'art.example.org' } })
    expect(unknown.body).toContain('web.allowedHosts')
    const foreign = { ...formType, origin: 'https://art.example.org' }
    const elsewhere = await raw('/say', { method: 'POST', headers: foreign, body: say })
    expect(elsewhere.body).toContain('web.allowedHosts')
    expect(log.faults.map(({ fields }) => fields)).toMatchObject([
      { status: 421, host: 'art.example.org', name: expect.stringContaining('web.allowedHosts') },
      { status: 403, origin: 'https://art.example.org', name: expect.stringContaining('web.allowedHosts') },
    ])
    // An entry without a port allows the default one alone, so the log and the page name the port.
    const port = { ...formType, origin: 'http://art.example.org:8080' }
    const another = await raw('/say', { method: 'POST', headers: port, body: say })
    expect(another.body).toContain('add art.example.org:8080 to web.allowedHosts')
    expect(log.faults.at(-1)?.fields).toMatchObject({
      name: expect.stringContaining('art.example.org:8080 in web.allowedHosts'),
    })
    await raw('/', { headers: { host: 'x.example', 'x-forwarded-host': 'art.example.org' } })
    expect(log.faults.at(-1)?.fields).toMatchObject({ orName: expect.stringContaining('web.proxies') })
  })

  it('answers to loopback under all of its names', () => {
    for (const host of [
      'localhost',
      'localhost:3000',
      '127.0.0.1:3000',
      '127.8.8.8',
      '[::1]:3000',
      'LOCALHOST:80',
    ])
      expect(isOwnHost(host, []), host).toBe(true)
    expect(isOwnHost('paint.example', ['paint.example'])).toBe(true)
    expect(isOwnHost('paint.example', [])).toBe(false)
    for (const host of ['', ' ', 'a b', 'localhost/x', 'user@localhost', 'localhost:99999', 'localhost#'])
      expect(isOwnHost(host, []), host).toBe(false)
    expect(isOwnHost('paint.example:443', ['Paint.Example'])).toBe(true)
    expect(isOwnHost('paint.example:8443', ['paint.example:8443'])).toBe(true)
    expect(isOwnHost('paint.example', ['paint.example:443'])).toBe(true)
    expect(isOwnHost('paint.example:8443', ['paint.example:443'])).toBe(false)
    expect(isOwnHost('paint.example.:8443', ['paint.example'])).toBe(true)
    expect(isOwnHost('paint.example', ['Paint.Example.'])).toBe(true)
    expect(isOwnHost('xn--mnchen-3ya.example', ['München.example'])).toBe(true)
  })

  it.each([
    ['none', {}],
    ['null', { origin: 'null' }],
    ['another site', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['nonsense', { origin: 'localhost' }],
  ])('a change from elsewhere (CSRF), origin: %s', async (_name, headers) => {
    for (const path of ['/say', '/act']) {
      const response = await raw(path, { method: 'POST', headers: { ...formType, ...headers }, body: say })
      expect(response.status).toBe(403)
    }
    expect(chat.easel.jobs).toEqual([])
  })

  it('takes its own page’s form, and sets a cookie that no script and no other site gets', async () => {
    const origin = new URL(chat.url).origin
    const response = await raw('/say', { method: 'POST', headers: { ...formType, origin }, body: say })
    expect(response.status).toBe(303)
    expect(chat.easel.jobs).toHaveLength(1)
    expect(String(response.headers['set-cookie'])).toMatch(
      /^easel_person=[0-9a-z]{32}; .*HttpOnly; SameSite=Lax/,
    )
  })

  it('never shows the secret of the cookie, and takes no forged one', async () => {
    const origin = new URL(chat.url).origin
    const cookie = `easel_person=${'0123456789abcdef'.repeat(2)}`
    const headers = { ...formType, origin, cookie }
    await raw('/say', { method: 'POST', headers, body: say })
    expect((await raw('/')).body).not.toContain('0123456789abcdef')
    const forged = await raw('/', { headers: { cookie: 'easel_person=../admin' } })
    expect(String(forged.headers['set-cookie'])).toMatch(/^easel_person=[0-9a-z]{32};/)
  })

  it('sends its headers with everything, also with refusals', async () => {
    for (const path of ['/', '/nowhere', '/assets/style.css', '/feed']) {
      const { headers } = await raw(path)
      expect(headers, path).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; " +
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      })
    }
  })

  it('has no inline script or style in its pages', async () => {
    await chat.ada.imagines('a cat')
    const { body } = await raw('/')
    expect(body).toContain('a cat')
    expect(body.match(/<script[^>]*>[^<]/g)).toBeNull()
    expect(body.match(/<style|\sstyle=|\son[a-z]+=|javascript:/gi)).toBeNull()
  })

  it('a body beyond its cap, whether the length is said or not', async () => {
    const origin = new URL(chat.url).origin
    const body = Buffer.alloc(maxBodyBytes + 1024 * 1024, 97)
    const said = await raw('/say', { method: 'POST', headers: { ...formType, origin }, body })
    expect(said.status).toBe(413)
    const chunked = { ...formType, origin, 'transfer-encoding': 'chunked' }
    const unsaid = await raw('/say', { method: 'POST', headers: chunked, body })
    expect(unsaid.status).toBe(413)
    expect(chat.easel.jobs).toEqual([])
  })

  it.each([
    ['multipart/form-data; boundary=x', 'not a form at all'],
    ['multipart/form-data', 'no boundary'],
    ['application/x-www-form-urlencoded', form({ text: 'a cat', confirmed: 'maybe' })],
    ['application/x-www-form-urlencoded', form({ text: 'a cat', strength: 'much' })],
    ['application/x-www-form-urlencoded', form({ text: 'a cat', once: 'x'.repeat(100) })],
  ])('a body that is no form of its own: %s %s', async (type, body) => {
    const origin = new URL(chat.url).origin
    const response = await raw('/say', { method: 'POST', headers: { 'content-type': type, origin }, body })
    expect(response.status).toBe(400)
    expect(chat.easel.jobs).toEqual([])
  })

  it('refuses a forged button', async () => {
    for (const button of ['', 'delete', 'drop:0000000000000001', 'info:../../../etc/passw', 'x'.repeat(90)]) {
      expect(await chat.ada.posts('/act', { button })).toMatchObject({ kind: 'refused' })
    }
  })

  it('statistics of all people to persons whom the configuration does not name, also on this machine', async () => {
    const addressed: Record<string, string>[] = [
      {},
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { host: 'localhost' },
      { host: '127.0.0.1' },
    ]
    for (const headers of addressed) {
      const stats = await raw('/stats', { headers: { ...headers, accept: 'application/json' } })
      expect(JSON.parse(stats.body)).toMatchObject({ kind: 'refused' })
      expect((await raw('/stats/chart.png', { headers })).status).toBe(404)
      expect((await raw('/stats/easel-stats.csv', { headers })).status).toBe(404)
      expect((await raw('/', { headers })).body).not.toContain('href="./stats"')
    }
  })

  it('serves no file outside of its assets', async () => {
    for (const path of [
      '/assets/../index.ts',
      '/assets/%2e%2e%2findex.ts',
      '/assets/__proto__',
      '/assets/',
    ]) {
      expect((await raw(path)).status, path).toBe(404)
    }
  })

  it('renders any text as text and nothing else', async () => {
    await chat.ada.imagines('something that is there, should all others be blank')
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.constantFrom(
            '<',
            '>',
            '"',
            "'",
            '&',
            '</p>',
            '<script>',
            'onerror=',
            '{{',
            '${',
            '&#60;',
            ' ',
            'x',
            '\u2028',
            '\u001b[31m',
            '\u202e',
            '\0',
          ),
          { minLength: 1 },
        ),
        async pieces => {
          const text = pieces.join('')
          await chat.ada.imagines(`"${text.replace(/["\\]/g, '\\$&')}"`)
          const response = await raw('/feed?limit=1')
          const { fragments } = JSON.parse(response.body)
          const html = fragments[0].card + fragments[0].reply
          expect(harmIn(html)).toEqual([])
          expect(html).not.toMatch(/(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u)
        },
      ),
      { numRuns: 50 },
    )
  })
})
