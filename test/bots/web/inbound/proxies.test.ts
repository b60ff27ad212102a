import { afterEach, describe, expect, it } from 'vitest'
import { isOwnOrigin } from '../../../../src/bots/web/inbound/hosts.ts'
import { loadConfig } from '../../../../src/config/config.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

describe('the origin of a page', () => {
  it.each([
    ['http://localhost:3000', 'localhost:3000', []],
    ['https://art.example.org', 'art.example.org', []],
    ['https://art.example.org', 'art.example.org:443', []],
    ['https://ART.example.org', 'Art.Example.Org:443', []],
    ['http://art.example.org', 'art.example.org:80', []],
    // A proxy that does not pass the Host header on calls us by its own name for us.
    ['https://art.example.org', '127.0.0.1:3000', ['Art.Example.org']],
    ['https://art.example.org:8443', 'easel:3000', ['art.example.org:8443']],
    ['https://art.example.org.', 'easel:3000', ['art.example.org']],
    ['http://[::1]:8080', '127.0.0.1:3000', ['[::1]:8080']],
    ['http://[2001:DB8::1]:8080', '[2001:db8:0::1]:8080', []],
  ])('%s is ours where the host is %s and %j are allowed', (origin, host, allowed) => {
    expect(isOwnOrigin(origin, host, allowed)).toBe(true)
  })

  it.each([
    ['http://localhost:3001', 'localhost:3000', []],
    ['https://art.example.org', '127.0.0.1:3000', []],
    ['https://art.example.org', 'art.example.org:80', []],
    ['https://art.example.org:8443', '127.0.0.1:3000', ['art.example.org']],
    ['https://evil.example', 'art.example.org', ['art.example.org']],
    ['https://art.example.org.evil.example', '127.0.0.1:3000', ['art.example.org']],
    ['null', 'localhost:3000', []],
    ['file://art.example.org', 'art.example.org', ['art.example.org']],
  ])('%s is not ours where the host is %s and %j are allowed', (origin, host, allowed) => {
    expect(isOwnOrigin(origin, host, allowed)).toBe(false)
  })
})

describe('what a proxy passes on', () => {
  let chat: WebChat
  afterEach(() => chat.close())

  async function open(web: { allowedHosts?: string[]; proxies?: string[] }): Promise<void> {
    const defaults = loadConfig(packageRoot, packageRoot)
    chat = await openWebChat({ web: { ...defaults.web, port: 0, ...web } })
  }

  const passedOn = { 'x-forwarded-host': 'art.example.org', 'x-forwarded-proto': 'https' }
  const says = { ...passedOn, origin: 'https://art.example.org' }

  async function post(headers: Record<string, string>): Promise<Response> {
    const body = new URLSearchParams({ text: 'a red circle' })
    return fetch(`${chat.url}say`, { method: 'POST', headers, body, redirect: 'manual' })
  }

  it('is believed of a proxy that the configuration names, by address or by network', async () => {
    for (const proxies of [['127.0.0.1'], ['127.0.0.0/8'], ['10.0.0.1', '::1', '127.0.0.1']]) {
      await open({ allowedHosts: ['art.example.org'], proxies })
      expect((await fetch(chat.url, { headers: passedOn })).status).toBe(200)
      const sent = await post(says)
      expect(sent.status).toBe(303)
      expect(sent.headers.get('set-cookie')).toContain('Secure')
      await chat.close()
    }
  })

  it('is not trusted from any other address', async () => {
    await open({ proxies: ['10.0.0.0/8'] })
    expect((await fetch(chat.url, { headers: passedOn })).status).toBe(200)
    expect((await post(says)).status).toBe(403)
    const plain = await fetch(chat.url, { headers: { 'x-forwarded-proto': 'https' } })
    expect(plain.headers.get('set-cookie')).not.toContain('Secure')
  })

  it('comes back with a sign that the answer is ours, and not a proxy’s', async () => {
    await open({})
    for (const path of ['', 'nothing', 'feed']) {
      expect((await fetch(new URL(path, chat.url))).headers.get('x-easel'), path).toBe('answer')
    }
    expect((await post({ origin: 'https://evil.example' })).headers.get('x-easel')).toBe('answer')
  })

  it('must be a host of ours all the same', async () => {
    await open({ proxies: ['127.0.0.1'] })
    expect((await fetch(chat.url, { headers: passedOn })).status).toBe(421)
  })

  it('is what the nearest proxy says, not what a browser wrote before it', async () => {
    await open({ allowedHosts: ['art.example.org'], proxies: ['127.0.0.1'] })
    const forged = { 'x-forwarded-host': 'localhost, evil.example' }
    expect((await fetch(chat.url, { headers: forged })).status).toBe(421)
    expect(
      (await fetch(chat.url, { headers: { 'x-forwarded-host': 'evil.example, art.example.org' } })).status,
    ).toBe(200)
  })

  it('tells addresses of browsers apart for limits, with ports or without, and only a named proxy’s word counts', async () => {
    const addresses = async (proxies: string[]) => {
      await open({ proxies })
      const seen = new Set<string | undefined>()
      const ofOne = ['192.0.2.1', 'forged, 192.0.2.1', '192.0.2.1:4711', '[::ffff:192.0.2.1]:4712']
      for (const from of [...ofOne, '192.0.2.2', '[2001:db8::1]:4713']) {
        await post({ origin: new URL(chat.url).origin, 'x-forwarded-for': from })
        seen.add(chat.easel.lastCaller?.person.address)
      }
      expect(chat.easel.jobs).toHaveLength(6)
      expect(seen).not.toContain(undefined)
      return seen.size
    }
    expect(await addresses(['127.0.0.1'])).toBe(3)
    await chat.close()
    expect(await addresses([])).toBe(1)
  })

  it.each<[Record<string, string>, Record<string, string>]>([
    // Two proxies in a row, both of them named; what the browser wrote itself stands before.
    [{ 'x-forwarded-for': '192.0.2.1, 10.0.0.5' }, { 'x-forwarded-for': '192.0.2.2, 192.0.2.1, 10.0.0.5' }],
    [{ 'x-real-ip': '192.0.2.1' }, { 'x-real-ip': '192.0.2.1:99' }],
    [{ forwarded: 'for=192.0.2.1' }, { forwarded: 'For="192.0.2.1:47011";proto=https, for=10.0.0.5' }],
    [{ forwarded: 'for="[2001:db8::1]:1"' }, { 'x-forwarded-for': '2001:db8::2' }],
  ])('takes %j and %j for one browser, and not for the proxy', async (one, same) => {
    await open({ proxies: ['127.0.0.1', '10.0.0.0/8'] })
    const seen: (string | undefined)[] = []
    for (const headers of [one, same, {}]) {
      await post({ origin: new URL(chat.url).origin, ...headers })
      seen.push(chat.easel.lastCaller?.person.address)
    }
    expect(seen[0]).toBe(seen[1])
    expect(seen[0]).not.toBe(seen[2])
  })

  it.each<[string, Record<string, string>, Record<string, string>]>([
    [
      'in a named network',
      { 'x-forwarded-for': '10.0.0.66, 10.0.0.5' },
      { 'x-forwarded-for': '10.0.0.67, 10.0.0.5' },
    ],
    [
      'with a hidden address',
      { forwarded: 'for=192.0.2.66, for=_abc' },
      { forwarded: 'for=192.0.2.67, for=_abc' },
    ],
    ['of an unknown address', { 'x-forwarded-for': '192.0.2.66, unknown' }, {}],
    ['of an unknown address before a proxy', { forwarded: 'for=192.0.2.66, for=unknown, for=10.0.0.5' }, {}],
    [
      'behind a proxy that sets X-Real-IP alone',
      { 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.66' },
      { 'x-real-ip': '192.0.2.1', 'x-forwarded-for': '192.0.2.67' },
    ],
    [
      'behind a proxy that sets Forwarded alone',
      { forwarded: 'for=192.0.2.1', 'x-real-ip': '192.0.2.66' },
      { forwarded: 'for=192.0.2.1', 'x-forwarded-for': '192.0.2.67' },
    ],
  ])('does not let a browser %s choose its address', async (_, one, other) => {
    await open({ proxies: ['127.0.0.1', '10.0.0.0/8'] })
    const seen: (string | undefined)[] = []
    for (const headers of [one, other]) {
      await post({ origin: new URL(chat.url).origin, ...headers })
      seen.push(chat.easel.lastCaller?.person.address)
    }
    expect(seen[0]).toBeDefined()
    expect(seen[0]).toBe(seen[1])
  })

  it('of kinds that agree is believed', async () => {
    await open({ proxies: ['127.0.0.1'] })
    const seen = new Set<string | undefined>()
    for (const address of ['192.0.2.1', '192.0.2.2']) {
      const headers = { 'x-forwarded-for': address, 'x-real-ip': address, forwarded: `for=${address}` }
      await post({ origin: new URL(chat.url).origin, ...headers })
      seen.add(chat.easel.lastCaller?.person.address)
    }
    expect(seen.size).toBe(2)
  })

  it('does not let a browser choose the host or the scheme behind a proxy that sets Forwarded alone', async () => {
    await open({ allowedHosts: ['art.example.org', 'b.example.org'], proxies: ['127.0.0.1'] })
    const origin = 'https://b.example.org'
    const forwarded = 'host=evil.example;proto=http'
    const forged = { 'x-forwarded-host': 'b.example.org', 'x-forwarded-proto': 'https' }
    const sent = await post({ forwarded, ...forged, origin })
    expect(sent.headers.get('set-cookie')).not.toContain('Secure')
    const contradicted = await fetch(chat.url, {
      headers: { forwarded: 'host=b.example.org', 'x-forwarded-host': 'evil.example' },
    })
    // The Host header counts, which is ours.
    expect(contradicted.status).toBe(200)
  })

  it('may be in the form of the standard', async () => {
    await open({ allowedHosts: ['art.example.org'], proxies: ['127.0.0.1'] })
    const forwarded = 'for=192.0.2.1;host="art.example.org";proto=https'
    const sent = await post({ forwarded, origin: 'https://art.example.org' })
    expect(sent.status).toBe(303)
    expect(sent.headers.get('set-cookie')).toContain('Secure')
    expect((await fetch(chat.url, { headers: { forwarded: 'host=evil.example' } })).status).toBe(421)
  })

  it('of a proxy that is not named is said once in the log, since all behind it count as one', async () => {
    await open({ proxies: ['10.0.0.1'] })
    for (let n = 0; n < 3; n++) await fetch(chat.url, { headers: { 'x-real-ip': '192.0.2.1' } })
    const said = chat.log.faults.filter(({ fields }) => JSON.stringify(fields).includes('web.proxies'))
    expect(said).toMatchObject([{ fields: { from: '127.0.0.1' } }])
  })

  it('makes a bare proxy_pass work where its name is allowed', async () => {
    await open({ allowedHosts: ['Art.Example.org'] })
    expect((await post({ origin: 'https://art.example.org' })).status).toBe(303)
  })
})
