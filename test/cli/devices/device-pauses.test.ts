/** `easel devices pause`, `resume` and `drain`, beside an open database. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { changeDevice, pausedDevices } from '../../../src/cli/devices/device-pauses.ts'
import type { CommandSession } from '../../../src/cli/session.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en } from '../../../src/words/en.ts'
import { FakeWorkers } from '../../fakes/fake-workers.ts'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { keptSurroundings } from '../../helpers/cli/surroundings.ts'
import { silent } from '../../helpers/remote/remote-pair.ts'
import { running } from '../../helpers/run-under-way.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

let t: TestEasel
let said: string[]
let session: CommandSession
beforeEach(async () => {
  t = await buildTestEasel({ devices: [new FakeWorkers({ device: 'cpu', mode: 'by-hand' })] })
  said = []
  const defaults = loadConfig(packageRoot, packageRoot)
  const say = (line: string) => void said.push(line)
  session = {
    surroundings: keptSurroundings().surroundings,
    config: { ...defaults, dataDir: t.dataDir, devices: [{ name: 'cpu', threads: 0, precision: 'auto' }] },
    secrets: {},
    words: en,
    log: silent,
    out: say,
    err: say,
  }
})
afterEach(() => t.dispose())

test('pause and resume are written beside the server, which goes on writing', async () => {
  expect(await changeDevice(session, 'pause', 'cpu')).toBe(0)
  expect(await changeDevice(session, 'pause', 'cpu')).toBe(0)
  expect(pausedDevices(session)).toEqual(new Set(['cpu']))
  const { id } = await t.ask('a red circle')
  expect(await changeDevice(session, 'resume', 'cpu')).toBe(0)
  expect(pausedDevices(session)).toEqual(new Set())
  t.clock.advance(2000)
  await running(t)
  t.workers.current.finish()
  await t.settled()
  expect(t.job(id).state).toBe('done')
  expect(said).toEqual([
    'cpu is paused: it gets no more jobs, and finishes the one that it paints.',
    'cpu is paused: it gets no more jobs, and finishes the one that it paints.',
    'cpu gets jobs again.',
  ])
})

test('drain waits for the job that runs, and the next one does not begin', async () => {
  await t.ask('first')
  const second = await t.ask('second')
  await running(t)
  const drained = changeDevice(session, 'drain', 'cpu')
  await t.until(() => said.length === 1)
  t.workers.current.finish()
  expect(await drained).toBe(0)
  await t.until(() => t.job(second.id).heldUp === 'paused')
  expect(t.workers.runs).toHaveLength(1)
  expect(said).toEqual([
    'cpu gets no more jobs, and finishes the one that it paints …',
    'cpu paints nothing, and stays paused until easel devices resume cpu.',
  ])
})

test('drain does not wait for a job of a server that was killed', async () => {
  await t.ask('first')
  await running(t)
  t.crash()
  expect(await changeDevice(session, 'drain', 'cpu')).toBe(0)
  await t.restart()
  expect(t.built.pool.devices()).toMatchObject([{ name: 'cpu', isPaused: true }])
})

test('an unknown device, and a folder without a database, are refused in one sentence', async () => {
  expect(await changeDevice(session, 'pause', 'cuda:7')).toBe(2)
  expect(said).toEqual(['easel: There is no device named cuda:7; there is cpu.'])
  expect(pausedDevices(session)).toEqual(new Set())
  const elsewhere = { ...session, config: { ...session.config, dataDir: tempFolder() } }
  expect(await changeDevice(elsewhere, 'pause', 'cpu')).toBe(2)
  expect(said[1]).toMatch(/^easel: There is no \S+easel\.sqlite yet\.$/)
  expect(pausedDevices(elsewhere)).toEqual(new Set())
})
