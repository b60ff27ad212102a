/** Addresses that lead into the machine, its network or a cloud's metadata: no file is fetched from any of them. */
import { createServer, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { Downloads as DiscordDownloads } from '../../src/bots/discord/inbound/downloads.ts'
import { Downloads as SlackDownloads } from '../../src/bots/slack/inbound/downloads.ts'
import { SlackApi } from '../../src/bots/slack/transport/api.ts'
import { RememberingLog } from '../fakes/fake-parts.ts'
import { realClock } from '../fakes/real-clock.ts'

/** Nobody may ever connect to it. */
let canary: Server
let connections = 0
let port = 0
beforeAll(async () => {
  canary = createServer(socket => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>(resolve => canary.listen(0, '127.0.0.1', resolve))
  const address = canary.address()
  port = typeof address === 'object' && address !== null ? address.port : 0
})
afterAll(() => void canary.close())
afterEach(() => void vi.restoreAllMocks())

/** Loopback, private, link-local and metadata, in every spelling that a resolver takes. */
const insideHosts = [
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'foo.localhost',
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '127.255.255.254',
  ],
  ...[
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '0',
    '0.0.0.0',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
  ],
  ...['[::1]', '[::]', '[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]'],
  ...['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.0.1', '100.64.0.1', '198.18.0.1', '240.0.0.1'],
  ...[
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '[fd00:ec2::254]',
    '[::ffff:a9fe:a9fe]',
    '100.100.100.200',
  ],
  ...['metadata.google.internal', 'instance-data', '[fe80::1]', '[fc00::1]', '224.0.0.1', '255.255.255.255'],
  ...[
    '127.0.0.1.nip.io',
    'rebinding.example',
    'cdn.discordapp.com.evil.example',
    'files.slack.com.evil.example',
  ],
  ...['evil-files.slack.com', 'discordapp.com', 'slack.com', 'files.slack.com.', 'xn--files-slack.com'],
]

/** Right hosts in the wrong way: other schemes and ports, and hosts that only look like them. */
const disguised = [
  'http://files.slack.com/a.png',
  'http://cdn.discordapp.com/a.png',
  'https://files.slack.com:8443/a.png',
  'https://cdn.discordapp.com:8443/a.png',
  'ftp://files.slack.com/a.png',
  'https://files.slack.com@127.0.0.1:PORT/a.png',
  'https://cdn.discordapp.com:x@127.0.0.1:PORT/a.png',
  'http://127.0.0.1:PORT\\@files.slack.com/a.png',
  'http://127.0.0.1:PORT#@cdn.discordapp.com/a.png',
  'http://127.0.0.1:PORT?https://files.slack.com/a.png',
  'https://files.slack.com%2f@127.0.0.1:PORT/a.png',
  'https://files.slack.com%00.evil.example/a.png',
  '//127.0.0.1:PORT/a.png',
  '/a.png',
  'a.png',
  '',
  'file:///etc/passwd',
  'data:image/png;base64,AAAA',
  'blob:https://files.slack.com/a',
  'javascript:1',
  'unix:/var/run/docker.sock',
  'gopher://127.0.0.1:PORT/',
  'http:127.0.0.1:PORT',
  'http:/127.0.0.1:PORT/a.png',
  'https://',
]

const urls = [
  ...insideHosts.flatMap(host => [`http://${host}:PORT/a.png`, `https://${host}/a.png`]),
  ...disguised,
]

test(`none of ${urls.length} addresses is asked, by Discord's way nor by Slack's`, async () => {
  const asked = vi.spyOn(globalThis, 'fetch')
  let url = ''
  const api = new SlackApi({}, realClock, new RememberingLog())
  vi.spyOn(api, 'call').mockImplementation(async () => ({
    kind: 'done',
    value: { ok: true, file: { size: 5, url_private_download: url } },
  }))
  const slack = new SlackDownloads(api, realClock, 'https://slack.com/api/')
  const discord = new DiscordDownloads('https://discord.com/api', realClock)
  for (const pattern of urls) {
    url = pattern.replaceAll('PORT', String(port))
    expect(await discord.fetch({ url, sizeBytes: 5 }), url).toEqual({ kind: 'gone' })
    const workspace = { token: 'xoxb-canary', botId: 'B1', botUserId: 'U1' }
    expect(await slack.fetch(workspace, 'F1'), url).toEqual({ kind: 'gone' })
  }
  expect(asked).not.toHaveBeenCalled()
  expect(connections).toBe(0)
})
