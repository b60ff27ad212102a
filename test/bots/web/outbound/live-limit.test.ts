/** One address opens a limited number of live streams, and takes none from another address. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { maxStreamsOfAddress } from '../../../../src/bots/web/outbound/live-stream.ts'
import { loadConfig } from '../../../../src/config/config.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import { en } from '../../../../src/words/en.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat
let open: Response[]
beforeEach(async () => {
  open = []
  const { web } = loadConfig(packageRoot, packageRoot)
  // Each browser has an address of its own, as a proxy states it.
  chat = await openWebChat({ web: { ...web, port: 0, proxies: ['127.0.0.1'] } })
})
afterEach(async () => {
  for (const response of open) await response.body?.cancel()
  await chat.close()
})

async function opens(address: string): Promise<Response> {
  const response = await chat.ada.gets('/live', { 'x-forwarded-for': address })
  if (response.status === 200) open.push(response)
  return response
}

const opensAll = () => Promise.all(Array.from({ length: maxStreamsOfAddress }, () => opens('192.0.2.1')))

it('refuses one stream too many with a sentence, and serves other addresses', async () => {
  for (const { status } of await opensAll()) expect(status).toBe(200)
  const refused = await opens('192.0.2.1')
  expect(refused.status).toBe(429)
  expect(await refused.text()).toBe(en.web.refused.streams)
  expect((await opens('192.0.2.2')).status).toBe(200)
})

it('asks a proxy such as nginx not to hold changes back', async () => {
  expect((await opens('192.0.2.1')).headers.get('x-accel-buffering')).toBe('no')
})

it('has room again for an address whose page was closed', async () => {
  const [first] = await opensAll()
  await first?.body?.cancel()
  let { status } = await opens('192.0.2.1')
  while (status === 429) status = (await opens('192.0.2.1')).status
  expect(status).toBe(200)
})

it('holds no stream for a request that reads no body', async () => {
  const asks = () =>
    fetch(new URL('/live', chat.url), { method: 'HEAD', headers: { 'x-forwarded-for': '192.0.2.1' } })
  for (const { status } of await Promise.all(Array.from({ length: maxStreamsOfAddress }, asks)))
    expect(status).toBe(200)
  expect((await opens('192.0.2.1')).status).toBe(200)
})
