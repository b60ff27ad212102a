/** Two processes on one Redis: the gateway paints nothing itself, and what another machine paints is the same to the last byte. */
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { EventReader } from '../bots/web/event-reader.ts'
import { HttpPerson } from '../bots/web/http-person.ts'
import { openRedis } from '../helpers/processes/redis-server.ts'
import { runCli } from '../helpers/processes/run-cli.ts'
import { ServerProcess } from '../helpers/processes/server-process.ts'
import { WorkerProcess } from '../helpers/processes/worker-process.ts'
import { FaultyProxy } from '../helpers/remote/faulty-proxy.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const key = Buffer.alloc(32, 9).toString('base64')
const refuseRedis = pathToFileURL(join(packageRoot, 'test/helpers/processes/refuse-redis.mjs')).href
/** Ten minutes ahead of the gateway. */
const clockAhead = '--import data:text/javascript,const{now}=Date;Date.now=()=>now()+600000'
const request = '/imagine a red circle on a blue background --seed 7 --steps 4'
/** Takes seconds, so that a signal meets it. */
const longRequest = '/imagine a red circle on a blue background --size 256x256 --steps 150'

let redis: Awaited<ReturnType<typeof openRedis>>
let gateway: ServerProcess
let alone: ServerProcess
let ada: HttpPerson

beforeAll(async () => {
  vi.stubEnv('EASEL_WORKER_KEY', key)
  redis = await openRedis()
  gateway = new ServerProcess(`logLevel: error\ndevices: []\nredis: { url: "${redis.url}" }`)
  alone = new ServerProcess('logLevel: error', { NODE_OPTIONS: `--import ${refuseRedis}` })
  ada = new HttpPerson(() => gateway.url)
  await Promise.all([gateway.start(), alone.start()])
})

afterAll(async () => {
  vi.unstubAllEnvs()
  await gateway.dispose()
  await alone.dispose()
  await redis.end()
})

async function ask(person: HttpPerson, text: string): Promise<string> {
  const reply = await person.posts('/say', { text })
  return reply.jobs?.[0]?.jobId ?? ''
}

/** The bytes of the picture that a request ends with. */
async function picture(person: HttpPerson): Promise<Buffer> {
  const jobId = await ask(person, request)
  const reader = new EventReader(await person.gets('/live'))
  for (;;) {
    const response = await person.gets('/feed?limit=100')
    const { fragments } = (await response.json()) as {
      fragments: { jobId: string; state: string; reply: string }[]
    }
    const fragment = fragments.find(one => one.jobId === jobId)
    const address = /<a class="view" href="([^"]+)"/.exec(fragment?.reply ?? '')?.[1]
    if (fragment?.state === 'done' && address !== undefined) {
      await reader.cancel()
      return Buffer.from(await (await person.gets(address.replaceAll('&amp;', '&'))).arrayBuffer())
    }
    if (fragment && !['queued', 'running', 'done'].includes(fragment.state)) throw new Error(fragment.reply)
    await reader.next()
  }
}

test('a gateway without devices of its own says that it paints on those of other machines alone', async () => {
  const devicesOf = ({ lines }: ServerProcess) => lines.filter(line => line.startsWith('Devices:'))
  expect(devicesOf(gateway)).toEqual(['Devices: those of other machines alone'])
  expect(devicesOf(alone)).toEqual([expect.stringMatching(/^Devices: (cpu|cuda|webgpu)/)])
})

test('a machine with the gateway’s configuration, which has no devices, says that it has nothing to lend', async () => {
  const { code, err } = await runCli(['worker', '--config', 'easel.yaml'], { cwd: gateway.folder })
  expect({ code, err }).toEqual({
    code: 2,
    err: 'easel: This machine has nothing to lend: the list devices in its configuration is empty. Name some with --devices, such as auto.\n',
  })
})

test('a machine says what is wrong with the way to the Redis before it reads models or tries devices', async () => {
  const run = await runCli(['worker', '--redis', 'redis://db.example.org'], { cwd: gateway.folder })
  expect(run).toMatchObject({ code: 1, out: '', err: expect.stringContaining('db.example.org unencrypted') })
})

test('a machine says which card is not there, and which model its memory is too small for', async () => {
  const config = join(gateway.folder, 'small.yaml')
  writeFileSync(config, 'devices: [{ name: cpu, memory: 1MB }, { name: "cuda:99", memory: 1MB }]\n')
  const worker = new WorkerProcess(redis.url, 'm8', {}, ['--config', config])
  await worker.says(/^m8 lends cpu, cuda:99\.$/)
  expect(worker.lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^cuda:99 cannot be used: /),
      expect.stringMatching(/^demo: This needs [\d.]+ MB of memory on cpu, which may use 1\.0 MB\./),
    ]),
  )
})

test('a machine without models that fetches none says so', async () => {
  const worker = new WorkerProcess(redis.url, 'm7', {}, ['--models', '/nowhere'])
  await worker.says(/^There is no model in \/nowhere\.$/)
})

test('a machine with another key says so, and what to do', async () => {
  const worker = new WorkerProcess(redis.url, 'm6', {
    EASEL_WORKER_KEY: Buffer.alloc(32, 8).toString('base64'),
  })
  await worker.says(/^The Easel on this Redis uses another key: give both the same EASEL_WORKER_KEY\.$/)
  expect(gateway.lines.filter(line => line.startsWith('m6'))).toEqual([])
})

test('a machine without the model fetches it, killed in the middle too, and paints the same bytes', async () => {
  const asked = picture(ada)
  const models = tempFolder()
  const start = (url: string) => new WorkerProcess(url, 'm3', {}, ['--models', models, '--fetch-models'])
  // It comes to a stand in the middle of the demo model's eight megabytes.
  const proxy = await FaultyProxy.to(redis.port)
  proxy.partitionAfterBytes = 5_000_000
  const killed = start(proxy.url)
  await killed.says(/^fetching demo: [2-9]\d % of /)
  killed.kill('SIGKILL')
  await killed.ended
  expect(readdirSync(join(models, 'demo'))).toEqual([expect.stringMatching(/^\.base\..*\.part$/)])
  const worker = start(redis.url)
  await worker.says(/^This machine has fetched demo, demo\/refiner, and joins again with that\.$/)
  const [far, near] = await Promise.all([asked, picture(new HttpPerson(() => alone.url))])
  expect(far.equals(near)).toBe(true)
  worker.kill('SIGTERM')
  expect((await worker.ended).code).toBe(0)
  await gateway.says(/^m3 has left\.$/)
})

test('a machine with the gateway’s files and other weights joins again once, says why, and keeps no partial file', async () => {
  const models = tempFolder()
  cpSync(join(packageRoot, 'models/demo'), join(models, 'demo'), { recursive: true })
  const partial = join(
    models,
    'demo',
    `.base.${createHash('sha256').update('m9').digest('hex').slice(0, 8)}.part`,
  )
  const start = (name: string, settings: string) => {
    const config = join(gateway.folder, `${name}.yaml`)
    writeFileSync(config, `modelsDir: ${models}\nfetchModels: true\nmodels: ${settings}\n`)
    return new WorkerProcess(redis.url, 'm9', {}, ['--config', config])
  }
  mkdirSync(partial)
  const same = start('same', '{}')
  await same.says(/^m9 lends cpu\.$/)
  expect(existsSync(partial)).toBe(false)
  same.kill('SIGTERM')
  expect((await same.ended).code).toBe(0)

  const other = start('other', '{ demo: { weights: int8 } }')
  await other.says(/^demo: The model cannot be fetched: its files are at .*base, but are another model here/)
  const fetches = other.lines.filter(line => line.startsWith('This machine has fetched'))
  expect(fetches).toEqual([expect.stringContaining('fetched demo')])
  other.kill('SIGTERM')
  expect((await other.ended).code).toBe(0)
})

test('a job waits for a machine, which paints the same bytes as one alone without Redis, minutes apart', async () => {
  const asked = picture(ada)
  const worker = new WorkerProcess(redis.url, 'm1', { NODE_OPTIONS: clockAhead })
  await gateway.says(/^m1 has joined with cpu\.$/)
  const [far, near] = await Promise.all([asked, picture(new HttpPerson(() => alone.url))])
  expect(far.length).toBeGreaterThan(1000)
  expect(far.equals(near)).toBe(true)

  // The commands see it, and send it away.
  writeFileSync(join(gateway.folder, 'look.yaml'), `redis: { url: "${redis.url}" }\n`)
  const seen = await runCli(['devices', '--config', 'look.yaml'], { cwd: gateway.folder })
  expect(seen.out).toMatch(/^m1 \(Easel .*\)\n {2}m1\/cpu, .*, in use\n {2}models: demo [0-9a-f]{10}/m)
  const unknown = await runCli(['worker', 'drain', 'm2', '--redis', redis.url], { cwd: gateway.folder })
  expect(unknown).toMatchObject({ code: 1, err: 'easel: There is no machine named m2; there are m1.\n' })
  const drained = await runCli(['worker', 'drain', 'm1', '--redis', redis.url], { cwd: gateway.folder })
  expect(drained).toEqual({
    code: 0,
    out: 'm1 takes no new work, and leaves when its work is done.\n',
    err: '',
  })
  expect((await worker.ended).code).toBe(0)
  expect(worker.lines.at(-1)).toBe('This machine has finished its work and leaves.')
  await gateway.says(/^m1 has left\.$/)
})

test('a machine that gets SIGTERM finishes its picture within its grace, and gives it back after that', async () => {
  const jobId = await ask(ada, longRequest)
  const isRunning = "SELECT 1 FROM jobs WHERE id = ? AND state = 'running' AND attempt = CAST(? AS INTEGER)"
  const impatient = withGrace('m4', 0)
  await gateway.records(isRunning, jobId, '1')
  impatient.kill('SIGTERM')
  expect(await impatient.ended).toEqual({ code: 0, signal: null })

  const patient = withGrace('m5', 600_000)
  await gateway.records(isRunning, jobId, '2')
  patient.kill('SIGTERM')
  expect(await patient.ended).toEqual({ code: 0, signal: null })
  expect(patient.lines.slice(-2)).toEqual([
    'This machine takes no new work, and leaves when its work is done. A second signal stops it at once.',
    'This machine has finished its work and leaves.',
  ])
  // The try that was given back is not held against the job, which has one result.
  const counts = 'attempt = 2 AND failures = 0 AND crashes = 0'
  await gateway.records(`SELECT 1 FROM jobs WHERE id = ? AND state = 'done' AND ${counts}`, jobId)
  await gateway.records('SELECT 1 FROM pictures WHERE job_id = ? GROUP BY job_id HAVING count(*) = 1', jobId)
})

function withGrace(name: string, shutdownGraceMs: number): WorkerProcess {
  const config = join(gateway.folder, `${name}.yaml`)
  writeFileSync(config, `shutdownGraceMs: ${shutdownGraceMs}\n`)
  return new WorkerProcess(redis.url, name, {}, ['--config', config])
}
