/** A Redis of its own for a measurement, and connections to it under a key that everybody knows. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { EndpointOptions } from '../../../src/remote/endpoint.ts'
import { connectRedis } from '../../../src/remote/redis/connect.ts'
import { readSealingKeys } from '../../../src/remote/seal/sealing-keys.ts'
import { systemClock, systemIds } from '../../../src/system/system-ports.ts'
import { silentLog } from '../silent-log.ts'

const knownKey = Buffer.alloc(32, 1).toString('base64')

/** What one end, a gateway or a machine, needs. */
export function connectLocally(port: number): EndpointOptions {
  return {
    redis: connectRedis({ host: '127.0.0.1', port, database: 0 }, () => {}),
    prefix: 'easel',
    keys: readSealingKeys({ workerKey: knownKey }),
    clock: systemClock,
    log: silentLog,
    id: systemIds.next(),
  }
}

/** @throws Error where redis-server cannot be started; REDIS_SERVER_PATH names another program. */
export async function startLocalRedis(): Promise<{ port: number; end(): Promise<void> }> {
  const program = process.env.REDIS_SERVER_PATH ?? 'redis-server'
  const port = await freePort()
  const memoryOnly = ['--save', '', '--appendonly', 'no']
  const server = spawn(program, ['--port', `${port}`, '--bind', '127.0.0.1', ...memoryOnly], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(server, 'spawn').catch(error => {
    throw new Error(`a Redis of its own is needed: ${program} cannot be started (${error.code})`, {
      cause: error,
    })
  })
  await saidReady(server)
  return {
    port,
    async end() {
      const gone = once(server, 'exit')
      server.kill()
      await gone
    },
  }
}

async function saidReady({ stdout }: ChildProcess): Promise<void> {
  if (!stdout) throw new Error('redis-server has no output')
  for await (const line of createInterface(stdout)) {
    if (!/Ready to accept connections/.test(line)) continue
    stdout.resume()
    return
  }
  throw new Error('redis-server ended before it was ready')
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
