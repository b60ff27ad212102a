/**
 * Runs every command once and a server with its three platforms, whose addresses are fakes of this process; prints what
 * failed and what the kernel counted as attempts to leave. A program of its own, so that it can run in a network of its own.
 */
import dns from 'node:dns/promises'
import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../../src/system/paths.ts'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { FakeDiscord } from '../fakes/discord/fake-discord.ts'
import { realClock } from '../fakes/real-clock.ts'
import { FakeSlack } from '../fakes/slack/fake-slack.ts'
import { attempts } from '../helpers/isolated-network.ts'
import { runCli } from '../helpers/run-cli.ts'
import { ServerProcess } from '../helpers/server-process.ts'

const [way] = process.argv.slice(2)
const failures: string[] = []
if (way === 'leave') await leave()
else await everything()
process.stdout.write(JSON.stringify({ failures, ...attempts() }))
process.exit(0)

/** What the watch must see, or it sees nothing. */
async function leave(): Promise<void> {
  await dns.lookup('vendor.example').catch(() => undefined)
  await fetch('http://192.0.2.1/').catch(() => undefined)
}

async function everything(): Promise<void> {
  const discord = new FakeDiscord({ clock: realClock, realClock })
  const slack = new FakeSlack(realClock)
  await discord.start()
  await slack.start()
  discord.channel('art', discord.guild('Painters'))
  const team = slack.addTeam('acme')
  const tokens = {
    DISCORD_TOKEN: discord.token,
    SLACK_BOT_TOKEN: team.botToken,
    SLACK_APP_TOKEN: slack.appToken,
  }
  const settings = `discord: { apiUrl: ${discord.apiUrl} }\nslack: { apiUrl: ${slack.apiUrl} }`
  await commands(settings, tokens)
  await serve(settings, tokens)
  await slack.stop()
  await discord.stop()
}

async function commands(settings: string, tokens: Record<string, string>): Promise<void> {
  const cwd = process.cwd()
  writeFileSync(join(cwd, 'easel.yaml'), `web: { port: 0 }\n${settings}\n`)
  writeFileSync(join(cwd, 'child.yaml'), 'devices: [{ name: cpu, host: process }]\n')
  // Pinning writes beside the models.
  cpSync(join(packageRoot, 'models'), join(cwd, 'own-models'), { recursive: true })
  writeFileSync(join(cwd, 'own.yaml'), 'modelsDir: own-models\n')
  Object.assign(process.env, tokens)
  const quick = ['--steps', '2', '--seed', '1']
  for (const args of [
    ['migrate'],
    ['models'],
    ['models', '--lock', '--config', 'own.yaml'],
    ['devices'],
    ['devices', '--config', 'child.yaml'],
    ['imagine', 'a red circle', ...quick, '-o', 'a.png'],
    ['imagine', 'a red circle', ...quick, '-o', 'b.png', '--config', 'child.yaml'],
    ['refine', 'a.png'],
    ['upscale', 'a.png'],
    ['info', 'a.png'],
    ['stats'],
    ['doctor', '--config', 'easel.yaml'],
  ]) {
    const { code, err } = await runCli(args, { cwd })
    if (code !== 0) failures.push(`${args.join(' ')}: ${err}`)
  }
}

async function serve(settings: string, tokens: Record<string, string>): Promise<void> {
  const server = new ServerProcess(`logLevel: error\n${settings}`, tokens)
  const ada = new HttpPerson(() => server.url)
  await server.start()
  await server.says(/^Discord: /)
  await server.says(/^Slack: /)
  const page = new EventReader(await ada.gets('/live'))
  await ada.imagines('a red circle --steps 2')
  for (;;) {
    const event = await page.next()
    if (event === undefined || event.data.includes('"done"')) break
  }
  await page.cancel()
  const { code, lines } = await server.end('SIGTERM')
  if (code !== 0) failures.push(`serve: ${lines.join('\n')}`)
  await server.dispose()
}
