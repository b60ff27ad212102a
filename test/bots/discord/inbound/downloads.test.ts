/** Pictures are fetched from Discord's own hosts, up to a limit, and from nowhere else. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Downloads } from '../../../../src/bots/discord/inbound/downloads.ts'
import { maxPictureBytes } from '../../../../src/common/bounds.ts'
import { realClock } from '../../../fakes/real-clock.ts'

let server: Server
let origin: string
let asked: string[]

beforeEach(async () => {
  asked = []
  server = createServer((request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/away') response.writeHead(302, { Location: '/cat.png' }).end()
    else if (request.url === '/endless') {
      const pour = () => {
        while (response.write(Buffer.alloc(1024 * 1024)));
        response.once('drain', pour)
      }
      pour()
    } else if (request.url === '/gone') response.writeHead(404).end()
    else response.end('a cat')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  origin = `http://127.0.0.1:${address.port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

it('fetches what the proxy in Discord’s place offers', async () => {
  const download = await new Downloads(`${origin}/api`, realClock).fetch({
    url: `${origin}/cat.png`,
    sizeBytes: 5,
  })
  expect(download).toMatchObject({ kind: 'bytes' })
})

it('asks no other host', async () => {
  const downloads = new Downloads('https://discord.com/api', realClock)
  for (const url of [`${origin}/cat.png`, 'http://cdn.discordapp.com/cat.png', 'file:///etc/passwd', 'cat'])
    expect(await downloads.fetch({ url, sizeBytes: 5 })).toEqual({ kind: 'gone' })
  expect(asked).toEqual([])
})

it('follows no redirect, and knows what is gone', async () => {
  const downloads = new Downloads(origin, realClock)
  expect(await downloads.fetch({ url: `${origin}/away`, sizeBytes: 5 })).toEqual({ kind: 'gone' })
  expect(await downloads.fetch({ url: `${origin}/gone`, sizeBytes: 5 })).toEqual({ kind: 'gone' })
  expect(asked).toEqual(['/away', '/gone'])
})

it('stops at the limit, whether the size was announced or not', async () => {
  const downloads = new Downloads(origin, realClock)
  const announced = { url: `${origin}/cat.png`, sizeBytes: maxPictureBytes + 1 }
  expect(await downloads.fetch(announced)).toEqual({ kind: 'too-large' })
  expect(asked).toEqual([])
  expect(await downloads.fetch({ url: `${origin}/endless`, sizeBytes: 5 })).toEqual({ kind: 'too-large' })
})
