/** A start that cannot be is refused in one sentence. */
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { beforeEach, describe, expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { type CliRun, runCli } from '../helpers/processes/run-cli.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

describe('a start that cannot be is refused in one sentence', () => {
  let folder: string
  beforeEach(() => {
    folder = tempFolder()
  })

  async function refused(
    settings: string,
    uid?: number,
    env?: NodeJS.ProcessEnv,
  ): Promise<CliRun & { sentence: string }> {
    writeFileSync(join(folder, 'easel.yaml'), `logLevel: error\n${settings}\n`)
    const run = await runCli(['serve', '--config', 'easel.yaml'], { cwd: folder, uid, env })
    expect(run.code, run.err).toBe(1)
    expect(run.err).toMatch(/^easel: [^\n]+\n$/)
    return { ...run, sentence: run.err.replace(/^easel: /, '').trimEnd() }
  }

  function taken(): Promise<Server> {
    return new Promise(resolve => {
      const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
    })
  }

  test('the port in use', async () => {
    const other = await taken()
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const { sentence } = await refused(`web: { port: ${port} }`)
    expect(sentence).toBe(
      `127.0.0.1:${port} is already in use. Stop the other program or choose another web.port.`,
    )
    other.close()
  })

  test('a data folder that cannot be written', async () => {
    const data = join(folder, 'data')
    mkdirSync(data)
    chmodSync(data, 0o555)
    chmodSync(folder, 0o755)
    // To root every folder is writable: as nobody, then.
    const { sentence } = await refused(`dataDir: ${data}`, process.getuid?.() === 0 ? 65_534 : undefined)
    expect(sentence).toBe(`Easel cannot write to ${data}: it is not allowed.`)
  })

  test('a Node for which the native modules were not installed', async () => {
    // What process.dlopen throws then (src/node_binding.cc, NODE_MODULE_VERSION). Modules of Node-API, the others, load into any.
    const preload = `const { dlopen } = process
    process.dlopen = (module, file, ...flags) => {
      if (!file.includes('better_sqlite3')) return dlopen(module, file, ...flags)
      const error = new Error(file + ' was compiled against a different Node.js version')
      throw Object.assign(error, { code: 'ERR_DLOPEN_FAILED' })
    }`
    const url = `data:text/javascript,${encodeURIComponent(preload)}`
    const env = { ...process.env, NODE_OPTIONS: `--import ${url}` }
    const { sentence } = await refused('', undefined, env)
    expect(sentence).toBe(
      `better-sqlite3 does not load into Node ${process.versions.node}, because it was installed for another version. Run npm ci with this one.`,
    )
  })

  test('a database from a newer Easel', async () => {
    await runCli(['migrate'], { cwd: folder })
    const file = join(folder, 'data/easel.sqlite')
    const db = new Sqlite(file)
    db.prepare('INSERT INTO __drizzle_migrations (hash, created_at) VALUES (?, ?)').run('next', 2 ** 42)
    db.close()
    const before = readFileSync(file)
    const { sentence } = await refused('web: { port: 0 }')
    expect(sentence).toMatch(/easel\.sqlite was written by a newer Easel \(schema \d+, this one knows \d+\)/)
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  test('a models folder without the default model', async () => {
    const { sentence } = await refused(`modelsDir: ${join(folder, 'none')}`)
    expect(sentence).toBe('There is no model named “demo”. The models folder is empty.')
  })

  test('a default model with a file that lies', async () => {
    cpSync(join(packageRoot, 'models/demo/base'), join(folder, 'own-models/mine'), { recursive: true })
    writeFileSync(join(folder, 'own-models/mine/vae/config.json'), '{')
    const { sentence } = await refused('modelsDir: own-models\ndefaultModel: mine')
    expect(sentence).toMatch(/own-models\/mine\/vae\/config\.json cannot be used: it is not valid JSON\.$/)
  })

  test('nothing that is on', async () => {
    expect((await refused('web: { enabled: false }')).sentence).toContain('every adapter is off')
  })
})
