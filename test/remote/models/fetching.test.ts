/** Models on their way between a gateway and a machine over a real Redis. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { FetchEvent } from '../../../src/remote/models/model-fetcher.ts'
import { chunkBytes } from '../../../src/remote/models/model-messages.ts'
import type { ServedModel } from '../../../src/remote/models/model-server.ts'
import { systemIds } from '../../../src/system/system-ports.ts'
import { openRedis } from '../../helpers/processes/redis-server.ts'
import { servedModel } from '../../helpers/remote/model-channel.ts'
import { fastClock, Signal, startGateway, startMachine, testKey } from '../../helpers/remote/remote-pair.ts'
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

/** A machine that holds no model; `freeBytes` as its disk says. */
function lend(
  key = testKey(),
  freeBytes = Number.MAX_SAFE_INTEGER,
  { modelsDir = tempFolder(), fetched = new Set<string>() } = {},
) {
  const events = new Signal<FetchEvent[]>([])
  const machine = startMachine({
    url: redis.url,
    clock,
    key,
    devices: [],
    fetch: {
      modelsDir,
      freeBytes: async () => freeBytes,
      fetched,
      ids: systemIds,
      onEvent: event => events.set([...events.value, event]),
    },
  })
  onTestFinished(() => machine.cut())
  return { ...machine, events, file: () => readFileSync(join(modelsDir, 'loras', 'ink.safetensors')) }
}

test('what a machine lacks comes to it, and the gateway sees how far it is', async () => {
  let open: () => void = () => {}
  const gate = new Promise<void>(resolve => {
    open = resolve
  })
  const [first, second] = [await ink(), await servedModel(['vae', 'soft.safetensors'], [{ path: [], bytes }])]
  const held = { ...second, files: () => gate.then(() => second.files()) }
  const gateway = serve([first, held])
  const { events, file } = lend()
  const [seen] = await gateway.machines.until(found => found.some(({ record }) => record.fetching))
  expect(seen?.record.fetching).toMatchObject({ name: first.name, totalBytes: bytes.length })
  open()
  await events.until(all => all.some(({ kind }) => kind === 'fetched'))
  expect(file().equals(bytes)).toBe(true)
  expect(events.value.at(-1)).toEqual({ kind: 'fetched', models: [first.name, second.name] })
})

test('a gateway that is gone in the middle and comes back: what came stays, and the rest follows', async () => {
  const model = await ink()
  const first = serve([model])
  const { events, file } = lend()
  const isUnderWay = (event: FetchEvent) => event.kind === 'progress' && event.fetching.doneBytes > 0
  await events.until(all => all.some(isUnderWay))
  first.cut()
  await events.until(all => all.some(({ kind }) => kind === 'failed'))
  const before = events.value.length
  serve([model])
  await events.until(all => all.some(({ kind }) => kind === 'fetched'))
  expect(file().equals(bytes)).toBe(true)
  const again = events.value.slice(before).filter(event => event.kind === 'progress')
  // The second time begins with what had come.
  expect(again.map(({ fetching }) => fetching.doneBytes).find(done => done > 0)).toBeGreaterThanOrEqual(
    chunkBytes,
  )
})

test('a model that has another hash here, as with 8-bit weights on one end only, is fetched once; then it is said once', async () => {
  const model = await ink()
  const [modelsDir, fetched] = [tempFolder(), new Set<string>()]
  serve([model])
  const first = lend(testKey(), undefined, { modelsDir, fetched })
  await first.events.until(all => all.some(({ kind }) => kind === 'fetched'))
  await first.end()
  // It joins again, and its library still does not have that hash.
  const { events } = lend(testKey(), undefined, { modelsDir, fetched })
  await events.until(all => all.length > 0)
  const problem = { what: 'other-hash', path: join(modelsDir, 'loras', 'ink.safetensors') }
  expect(events.value).toMatchObject([
    { kind: 'failed', model: model.name, error: { code: 'model-fetch', details: { problem } } },
  ])
})

test('a machine with another key gets nothing', async () => {
  const gateway = serve([await ink()])
  const stranger = lend(testKey(2))
  await stranger.status.until(({ kind }) => kind === 'other-key')
  const friend = lend()
  await friend.events.until(all => all.some(({ kind }) => kind === 'fetched'))
  expect(stranger.events.value).toEqual([])
  expect(gateway.machines.value.map(({ id }) => id)).toEqual([friend.id])
})

test('a Refiner does not come without its Base, whose room it would take', async () => {
  const named = async (name: string, place: string, content: Buffer) => ({
    ...(await servedModel([place], [{ path: [], bytes: content }])),
    name,
  })
  serve([
    await named('big', 'big.safetensors', bytes),
    await named('big/refiner', 'refiner.safetensors', Buffer.from('small')),
    await named('ink', 'ink.safetensors', Buffer.from('small')),
  ])
  const { events } = lend(testKey(), bytes.length - 1)
  await events.until(all => all.some(({ kind }) => kind === 'fetched'))
  expect(events.value[0]).toMatchObject({ kind: 'failed', model: 'big' })
  expect(events.value.at(-1)).toEqual({ kind: 'fetched', models: ['ink'] })
})

test('a model without room on the machine’s disk is named once, and nothing of it comes', async () => {
  serve([await ink()])
  const { events } = lend(testKey(), 0)
  await events.until(all => all.length > 0)
  expect(events.value).toMatchObject([
    { kind: 'failed', model: 'loras/ink.safetensors', error: { code: 'file', details: { doing: 'write' } } },
  ])
})
