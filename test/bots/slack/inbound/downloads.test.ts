/** The bot's token travels to Slack's own file host, encrypted, and nowhere else. */
import { createServer, type Server } from 'node:http'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Downloads } from '../../../../src/bots/slack/inbound/downloads.ts'
import { SlackApi } from '../../../../src/bots/slack/transport/api.ts'
import { RememberingLog } from '../../../fakes/fake-parts.ts'
import { realClock } from '../../../fakes/real-clock.ts'

const workspace = { token: 'xoxb-canary', botId: 'B1', botUserId: 'U1' }

/** Stands for Slack's API, and for every host that a token might be sent to. */
let server: Server
let host: string
let fileUrl: string
let tokensSeen: (string | undefined)[]

beforeEach(async () => {
  tokensSeen = []
  server = createServer((request, response) => {
    if (request.url?.startsWith('/api/')) {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ ok: true, file: { size: 5, url_private_download: fileUrl } }))
      return
    }
    tokensSeen.push(request.headers.authorization)
    if (request.url === '/away') response.writeHead(302, { Location: '/file' }).end()
    else response.end('a cat')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no address')
  host = `127.0.0.1:${address.port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

/** `apiUrl` is what the configuration says; the API itself is always the one above. */
function fetched(apiUrl: string) {
  const api = new SlackApi({ slackApiUrl: `http://${host}/api/` }, realClock, new RememberingLog())
  return new Downloads(api, realClock, apiUrl).fetch(workspace, 'F1')
}

it('uses the file host of a proxy for Slack', async () => {
  fileUrl = `http://${host}/file`
  expect(await fetched(`http://${host}/api/`)).toMatchObject({ kind: 'bytes' })
  expect(tokensSeen).toEqual(['Bearer xoxb-canary'])
})

it.each([
  ['another host', () => [`http://${host}/file`, 'https://slack.com/api/']],
  ['the right host without encryption', () => [`http://${host}/file`, `https://${host}/api/`]],
  ['a host that only begins like it', () => [`http://${host}.evil.example/file`, `http://${host}/api/`]],
  ['no address at all', () => ['cat.png', `http://${host}/api/`]],
])('does not go to %s', async (_, addresses) => {
  const [file = '', apiUrl = ''] = addresses()
  fileUrl = file
  expect(await fetched(apiUrl)).toEqual({ kind: 'gone' })
  expect(tokensSeen).toEqual([])
})

it('does not follow a redirect', async () => {
  fileUrl = `http://${host}/away`
  expect(await fetched(`http://${host}/api/`)).toEqual({ kind: 'gone' })
  expect(tokensSeen).toHaveLength(1)
})
