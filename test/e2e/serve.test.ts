/** A running server: second starts, stops, kills and secrets. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { addSparseTensor } from '../helpers/models/safetensors.ts'
import { runCli } from '../helpers/processes/run-cli.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'

/** From the system's table of processes. */
function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children.split(' ').filter(Boolean).map(Number)
}

/** A job is shown as running, with no step, before its worker is there. */
const stepMade = /<progress [^>]*value="[1-9]/

/** Found nowhere but in the environment, wherever one looks. */
const canaries = {
  DISCORD_TOKEN: 'canary-discord-4f1b9e',
  SLACK_BOT_TOKEN: 'xoxb-canary-bot-77aa31',
  SLACK_APP_TOKEN: 'xapp-canary-app-c0ffee',
  SLACK_SIGNING_SECRET: 'canary-signing-91d2',
  SLACK_CLIENT_SECRET: 'canary-client-aa17',
  EASEL_ENCRYPTION_KEY: 'Y2FuYXJ5LWVuY3J5cHRpb24ta2V5LTMyLWJ5dGVzISE=',
}

describe('a running server', () => {
  let server: ServerProcess
  let ada: HttpPerson
  async function serve(settings: string, env?: Record<string, string>): Promise<void> {
    server = new ServerProcess(settings, env)
    ada = new HttpPerson(() => server.url)
    await server.start()
  }
  afterEach(() => server.dispose())

  /** Resolves when the page shows that a step was made. */
  async function painting(): Promise<void> {
    const reader = new EventReader(await ada.gets('/live'))
    for (;;) {
      const event = await reader.next()
      if (event?.event === 'job' && stepMade.test(JSON.parse(event.data).reply)) break
    }
    await reader.cancel()
  }

  function jobs(): unknown[] {
    const db = new Sqlite(join(server.dataDir, 'easel.sqlite'))
    const rows = db.prepare('SELECT state, attempt, crashes FROM jobs ORDER BY seq').all()
    db.close()
    return rows
  }

  test('refuses a second one on its data folder, and statistics beside it are fine', async () => {
    await serve('logLevel: error')
    const settings = `dataDir: ${server.dataDir}\nlogLevel: error\nweb: { port: 0 }\n`
    writeFileSync(join(server.folder, 'second.yaml'), settings)
    const second = await runCli(['serve', '--config', 'second.yaml'], { cwd: server.folder })
    expect(second.code).toBe(1)
    expect(second.err).toMatch(
      /^easel: Another Easel \(process \d+\) is using \S+data\. Stop it or choose another dataDir\.\n$/,
    )
    expect(await runCli(['stats', '--config', 'second.yaml'], { cwd: server.folder })).toMatchObject({
      code: 0,
    })
    expect((await ada.gets('/')).status).toBe(200)
  })

  test('says at its start which card is not there, and which model its memory is too small for', async () => {
    await serve('logLevel: error\ndevices: [{ name: cpu, memory: 1MB }, { name: "cuda:99", memory: 1MB }]')
    const tooSmall = /This needs \d+\.\d MB of memory on cpu, which may use 1\.0 MB\./
    expect(server.lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^cuda:99 cannot be used: [^\n]+$/),
        expect.stringMatching(new RegExp(`^demo: ${tooSmall.source}`)),
      ]),
    )
    const reply = await ada.posts('/say', { text: '/imagine a red circle' })
    expect(reply).toMatchObject({ kind: 'refused', sentences: [expect.stringMatching(tooSmall)] })
    expect(server.lines.filter(line => line.includes('int8'))).toEqual([])
  })

  test('says at its start that 8-bit weights would let a model fit its memory', async () => {
    await serve('logLevel: error\ndevices: [{ name: cpu, memory: 14MB }]')
    expect(server.lines.filter(line => line.includes('int8'))).toEqual([
      'With “weights: int8” in its settings in the configuration, demo fits.',
    ])
  })

  test('told to stop lets the picture finish, with an open page, and ends with exit code 0', async () => {
    await serve('logLevel: error')
    const page = new EventReader(await ada.gets('/live'))
    await ada.imagines('a red circle --steps 40 --seed 1')
    await ada.imagines('a blue square --seed 2')
    await painting()
    const { code, signal, lines } = await server.end('SIGTERM')
    expect({ code, signal }, lines.join('\n')).toEqual({ code: 0, signal: null })
    expect(lines.at(-1)).toContain('What is still queued goes on at the next start.')
    await page.cancel()

    expect(jobs()).toEqual([
      { state: 'done', attempt: 1, crashes: 0 },
      { state: 'queued', attempt: 0, crashes: 0 },
    ])
  })

  test('whose grace is over gives the picture back uncounted, on either kind of worker', async () => {
    for (const host of ['thread', 'process']) {
      await serve(`logLevel: error\nshutdownGraceMs: 0\ndevices: [{ name: cpu, host: ${host} }]`)
      await ada.imagines('a red circle --steps 150 --seed 1')
      await painting()
      const { code, lines } = await server.end('SIGTERM')
      expect(code, lines.join('\n')).toBe(0)
      const db = new Sqlite(join(server.dataDir, 'easel.sqlite'))
      expect(db.prepare('SELECT state, failures, crashes FROM jobs').get()).toEqual({
        state: 'queued',
        failures: 0,
        crashes: 0,
      })
      db.close()
      await server.dispose()
    }
  })

  test('whose npm is told to stop goes with it, though npm passes nothing on', async () => {
    // What npm does of `npm start`: a shell around the command, and a signal to the shell.
    server = new ServerProcess('logLevel: error', { npm_lifecycle_event: 'start' }, 'shell')
    ada = new HttpPerson(() => server.url)
    await server.start()
    const page = new EventReader(await ada.gets('/live'))
    await page.next()
    const { lines } = await server.end('SIGTERM')
    // Its output is closed only when the server itself is gone.
    expect(lines.at(-1)).toMatch(/^Stopped\. /)
    await page.cancel()
  })

  test('told twice is gone at once, without a core dump, and takes the job up at the next start', async () => {
    await serve('logLevel: error')
    await ada.imagines('a red circle --steps 150 --seed 1')
    await painting()
    server.kill('SIGTERM')
    await server.says(/^Stopping/)
    const { signal, lines } = await server.end('SIGTERM')
    expect(signal).toBe('SIGKILL')
    expect(lines.at(-1)).toMatch(/^Stopped at once/)
    // It was given back first: nobody takes it for what ended the process.
    expect(jobs()).toMatchObject([{ state: 'queued', crashes: 0 }])
    await server.start()
    await painting()
  })

  test('whose terminal is closed stops in order', async () => {
    await serve('logLevel: error\nshutdownGraceMs: 0')
    await ada.imagines('a red circle --steps 150 --seed 1')
    await painting()
    expect(await server.end('SIGHUP')).toMatchObject({ code: 0, signal: null })
    expect(jobs()).toMatchObject([{ state: 'queued', crashes: 0 }])
  })

  test('ends in time with half a form on its way', { timeout: 30_000 }, async () => {
    await serve('logLevel: error\nshutdownGraceMs: 0')
    const half = request(new URL('/say', server.url), {
      method: 'POST',
      headers: {
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': '10000000',
        origin: new URL(server.url).origin,
      },
    })
    half.on('error', () => {})
    half.write('--x\r\n')
    await new Promise<void>(resolve => half.once('socket', socket => socket.once('connect', () => resolve())))
    expect((await ada.gets('/')).status).toBe(200)
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
  })

  test('ends while it reads through a model for its hash', { timeout: 30_000 }, async () => {
    server = new ServerProcess('modelsDir: own-models\ndefaultModel: mine')
    const model = join(server.folder, 'own-models', 'mine')
    cpSync(join(packageRoot, 'models/demo/base'), model, { recursive: true })
    addSparseTensor(join(model, 'unet', 'diffusion_pytorch_model.safetensors'), 64 * 2 ** 30)
    server.launch()
    await server.says(/mine.unet.*68\.72 GB/)
    const { lines, ...ended } = await server.end('SIGTERM')
    expect(ended).toEqual({ code: 0, signal: null })
    expect(lines.filter(line => line.startsWith('Models:'))).toEqual([])
  })

  test.each(['idle', 'painting'])(
    'ends in time though its worker does not answer: %s',
    { timeout: 60_000 },
    async when => {
      await serve('logLevel: error\nshutdownGraceMs: 0\ndevices: [{ name: cpu, host: process }]')
      await ada.imagines(`a red circle --steps ${when === 'idle' ? 2 : 150} --seed 1`)
      if (when === 'idle') await server.records("SELECT 1 FROM jobs WHERE state = 'done'")
      else await painting()
      const [worker] = childrenOf(server.pid)
      if (worker === undefined) throw new Error('no worker')
      process.kill(worker, 'SIGSTOP')
      expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
      expect(jobs()).toMatchObject([{ state: when === 'idle' ? 'done' : 'queued', crashes: 0 }])
      expect(existsSync(`/proc/${worker}`)).toBe(false)
    },
  )

  test('killed again and again under one picture paints it at last', async () => {
    await serve('logLevel: error')
    await ada.imagines('a red circle --steps 60 --seed 1')
    for (let kill = 0; kill < 4; kill++) {
      await painting()
      await server.end('SIGKILL')
      await server.start()
    }
    await server.records("SELECT 1 FROM jobs WHERE state = 'done'")
    expect(await server.end('SIGTERM')).toMatchObject({ code: 0 })
  })

  test('killed after it accepted a cancel does not paint that picture again', async () => {
    await serve('logLevel: error\ndevices: [{ name: cpu, host: process }]')
    const reply = await ada.posts('/say', { text: '/imagine a red circle --steps 150 --seed 1' })
    await painting()
    const [worker = 0] = childrenOf(server.pid)
    // A worker that stands still makes no step, so the cancel takes no effect.
    process.kill(worker, 'SIGSTOP')
    await ada.presses({ action: 'cancel', targetId: reply.jobs?.[0]?.jobId ?? '' })
    expect(await ada.told()).toEqual(['Cancelled.'])
    server.kill('SIGKILL')
    process.kill(worker, 'SIGKILL')
    await server.ended
    expect(jobs()).toEqual([{ state: 'running', attempt: 1, crashes: 0 }])
    await server.start()
    expect(jobs()).toEqual([{ state: 'cancelled', attempt: 1, crashes: 0 }])
  })

  test('moves aside at its start what it does not know', async () => {
    await serve('logLevel: error')
    await server.end('SIGKILL')
    const pictures = join(server.dataDir, 'pictures')
    mkdirSync(pictures, { recursive: true })
    writeFileSync(join(pictures, 'half.png.abc.tmp'), 'half')
    await server.start()
    expect(readdirSync(pictures)).toEqual([])
  })

  test('writes none of its secrets and no prompt anywhere: log, database, pictures, pages', async () => {
    // Nobody listens there: connecting fails, and faults are what quotes tokens.
    const nowhere = 'discord: { apiUrl: "http://127.0.0.1:9" }\nslack: { apiUrl: "http://127.0.0.1:9/" }'
    await serve(`logLevel: info\n${nowhere}`, canaries)
    await ada.imagines('a secret garden --seed 1 --steps 2')
    const pages = [await (await ada.gets('/')).text(), await (await ada.gets('/settings')).text()]
    const { lines } = await server.end('SIGTERM')
    const log = lines.join('\n')
    expect(log).not.toContain('secret garden')
    const files = readdirSync(server.dataDir, { recursive: true, encoding: 'utf8' })
      .map(name => join(server.dataDir, name))
      .filter(name => /\.(sqlite|sqlite-wal|png|json|lock)$/.test(name))
    expect(files.length).toBeGreaterThan(1)
    const everything = [log, ...pages, ...files.map(file => readFileSync(file, 'latin1'))]
    for (const [name, secret] of Object.entries(canaries)) {
      for (const text of everything) expect(text.includes(secret), name).toBe(false)
    }
    // The log is lines of JSON and the operator's own lines, with no raw control character.
    expect([...log].filter(character => character < ' ' && character !== '\n')).toEqual([])
  })
})
