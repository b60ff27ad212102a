/** A Redis of its own for a test, from Debian's redis-server: it can be stopped, killed and started again on its port. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const places = ['/usr/bin/redis-server', '/usr/bin/valkey-server', '/usr/local/bin/redis-server']

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Ends it with SIGKILL, as a loss of power does. */
  kill(): Promise<void>
  start(): Promise<void>
}

/** `settings` as on the command line: `['--maxmemory', '10mb']`. It ends with its test. */
export async function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  const server = await openRedis(settings)
  onTestFinished(server.end)
  return server
}

/** The same for a whole file of tests, whose last hook calls `end`. */
export async function openRedis(
  settings: readonly string[] = [],
): Promise<RedisServer & { end(): Promise<void> }> {
  const program = process.env.REDIS_SERVER_PATH ?? places.find(existsSync)
  if (program === undefined) {
    throw new Error('redis-server is missing: apt-get install redis-server, or set REDIS_SERVER_PATH')
  }
  const folder = mkdtempSync(join(tmpdir(), 'easel-redis-'))
  const port = await freePort()
  let child: ChildProcess | undefined
  const server = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async start() {
      const common = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '']
      const started = spawn(program, [...common, ...settings], { stdio: ['ignore', 'pipe', 'inherit'] })
      child = started
      const said: string[] = []
      for await (const line of createInterface(started.stdout)) {
        said.push(line)
        if (/Ready to accept connections/.test(line)) break
      }
      started.stdout.resume()
      if (started.exitCode !== null) throw new Error(`redis-server did not start: ${said.join('\n')}`)
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
    async end() {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  await server.start()
  return server
}

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
