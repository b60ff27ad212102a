/** What `easel devices` says of other machines. */
import { expect, onTestFinished, test } from 'vitest'
import { showMachines } from '../../../src/cli/commands/devices.ts'
import { loadConfig, withSettings } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en } from '../../../src/words/en.ts'
import { keptSurroundings } from '../../helpers/cli/surroundings.ts'
import { startRedis } from '../../helpers/processes/redis-server.ts'
import { silent, startMachine, testKey } from '../../helpers/remote/remote-pair.ts'
import { simulatedDevice } from '../../helpers/simulated-device.ts'

const sessionWith = (url: string, said: string[]) => ({
  surroundings: keptSurroundings().surroundings,
  config: withSettings(loadConfig(packageRoot, packageRoot), { redis: { url } }),
  secrets: { workerKey: testKey() },
  words: en,
  log: silent,
  out: (line: string) => void said.push(line),
  err() {},
})

test('of two machines with one name the list says which one gets work, and why the other does not', async () => {
  const { url } = await startRedis()
  for (const device of ['d0', 'd1']) {
    const machine = startMachine({ url, name: 'm1', devices: [simulatedDevice(device, { stepMs: 1 })] })
    onTestFinished(() => machine.end())
  }
  const said: string[] = []
  await showMachines(sessionWith(url, said), new Set())
  expect(said.sort()).toEqual([
    '  Another machine named m1 gets no work: each machine needs a name of its own.',
    expect.stringMatching(/^ {2}m1\/d[01].*, free$/),
    '  models: demo abc',
    'm1 (Easel 0)',
    'm1 (Easel 0)',
  ])
})

test('a Redis that does not answer is the fault of the command, which waits for nothing', async () => {
  const said: string[] = []
  await expect(showMachines(sessionWith('redis://127.0.0.1:1', said), new Set())).rejects.toMatchObject({
    code: 'redis',
    details: { problem: { what: 'unreachable', code: 'ECONNREFUSED' } },
  })
  expect(said).toEqual([])
})
