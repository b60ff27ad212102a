/** Models on their way between a gateway and a machine over a real Redis. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { FetchEvent } from '../../../src/remote/models/model-fetcher.ts'
import { chunkBytes } from '../../../src/remote/models/model-messages.ts'
import type { ServedModel } from '../../../src/remote/models/model-server.ts'
import { systemIds } from '../../../src/system/system-ports.ts'
import { servedModel } from '../../helpers/model-channel.ts'
import { openRedis } from '../../helpers/processes/redis-server.ts'
import { fastClock, Signal, startGateway, startMachine, testKey } from '../../helpers/remote-pair.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

/** Limits of ten seconds are over in two. */
const clock = fastClock(5)
const bytes = Buffer.alloc(6 * chunkBytes, 'easel')

let redis: Awaited<ReturnType<typeof openRedis>>
beforeAll(async () => {
  redis = await openRedis()
})
afterAll(() => redis.end())

function ink(): ReturnType<typeof servedModel> {
  return servedModel(['loras', 'ink.safetensors'], [{ path: [], bytes }])
}

function serve(models: readonly ServedModel[]) {
  const gateway = startGateway({ url: redis.url, clock, models })
  onTestFinished(() => gateway.cut())
  return gateway
}

/** A machine with an empty models folder; `freeBytes` as its disk says. */
function lend(key = testKey(), freeBytes = Number.MAX_SAFE_INTEGER) {
  const modelsDir = tempFolder()
  const events = new Signal<FetchEvent[]>([])
  const machine = startMachine({
    url: redis.url,
    clock,
    key,
    devices: [],
    fetch: {
      modelsDir,
      freeBytes: async () => freeBytes,
      ids: systemIds,
      onEvent: event => events.set([...events.value, event]),
    },
  })
  onTestFinished(() => machine.cut())
  return { ...machine, events, file: () => readFileSync(join(modelsDir, 'loras', 'ink.safetensors')) }
}

test('what a machine lacks comes to it, and the gateway sees how far it is', async () => {
  const gateway = serve([await ink()])
  const { events, file } = lend()
  await events.until(all => all.some(({ kind }) => kind === 'fetched'))
  expect(file().equals(bytes)).toBe(true)
  expect(events.value.at(-1)).toEqual({ kind: 'fetched', models: ['loras/ink.safetensors'] })
  const seen = gateway.machines.value.map(({ record }) => record.name)
  expect(seen).toEqual(['m1'])
})
