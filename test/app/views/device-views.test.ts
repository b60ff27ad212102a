import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { statsMessage } from '../../../src/bots/messages/stats-message.ts'
import { RemoteDevices } from '../../../src/remote/gateway/remote-devices.ts'
import { en } from '../../../src/words/en.ts'
import { buildTestEasel, demoModel, type TestEasel } from '../../helpers/build-test-easel.ts'
import { machineNamed } from '../../helpers/remote/machine-records.ts'

const otherModel = { ...demoModel, name: 'other', hash: 'other-base-hash' }
const held = { name: 'demo', hash: demoModel.hash }

function noChannel(): never {
  throw new Error('no job is given')
}

describe('the devices in the statistics', () => {
  let test: TestEasel
  let machines: RemoteDevices

  beforeEach(async () => {
    test = await buildTestEasel({ config: { admins: ['web:web:ada'] }, models: [demoModel, otherModel] })
    const gateway = { id: 'gateway', open: noChannel }
    machines = new RemoteDevices({ gateway, pool: test.built.pool, models: [], onEvent: () => {} })
  })
  afterEach(() => test.dispose())

  function stats(caller = test.caller()) {
    const found = test.easel.stats({ fromMs: 0, toMs: 1 }, caller)
    return found.kind === 'stats' ? found.stats : undefined
  }

  function lines(): string[] {
    const found = stats()
    const all = found ? statsMessage(found, en).lines : []
    return all.slice(all.indexOf('Devices now:') + 1)
  }

  it('are those of all machines, with their memory and their models by hash, for as long as they are there', () => {
    const own = '  fake:0, free · models: demo demo-base-hash, other other-base-hash'
    expect(lines()).toEqual([own])
    machines.update([machineNamed('m1', { models: [held] }), machineNamed('m2')])
    expect(lines()).toEqual([
      own,
      '  m1/cuda:0, 24.0 GB, free · models: demo demo-base-hash',
      '  m2/cuda:0, 24.0 GB, free · no models',
    ])
    machines.update([machineNamed('m2')])
    expect(lines()).toEqual([own, '  m2/cuda:0, 24.0 GB, free · no models'])
  })

  it('name no model that has the right name and other files', () => {
    machines.update([machineNamed('m1', { models: [{ name: 'demo', hash: 'another' }] })])
    expect(lines().at(-1)).toBe('  m1/cuda:0, 24.0 GB, free · no models')
  })

  it('say what their machine fetches, and how far it is', () => {
    const fetching = { name: 'demo', doneBytes: 3e9, totalBytes: 7e9 }
    machines.update([machineNamed('m1', { fetching })])
    expect(lines().at(-1)).toBe('  m1/cuda:0, 24.0 GB, free · no models · fetching demo: 42 % of 7.0 GB')
    machines.update([machineNamed('m1', { fetching: { ...fetching, doneBytes: 7e9 } })])
    expect(lines().at(-1)).toMatch(/ 100 % of 7\.0 GB$/)
    machines.update([machineNamed('m1')])
    expect(lines().at(-1)).toBe('  m1/cuda:0, 24.0 GB, free · no models')
  })

  it('say which one paints', async () => {
    test.workers.mode = 'by-hand'
    await test.ask('a red circle')
    await test.until(() => test.workers.underway.length === 1)
    expect(stats()?.devices).toMatchObject([{ name: 'fake:0', use: 'busy' }])
    test.workers.current.finish()
    await test.settled()
    expect(stats()?.devices).toMatchObject([{ name: 'fake:0', use: 'free' }])
  })

  it('are told to those whom the configuration names, and not to the admins of one space', () => {
    const rights = { member: true, moderator: true, admin: true }
    expect(stats()?.devices).toHaveLength(1)
    expect(stats(test.callerNamed('bob', { rights }))).toMatchObject({ jobs: 0 })
    expect(stats(test.callerNamed('bob', { rights }))).not.toHaveProperty('devices')
    expect(stats(test.callerNamed('eve'))).toBeUndefined()
  })

  it('are counted where there are too many to name', () => {
    machines.update(Array.from({ length: 1000 }, (_, i) => machineNamed(`m${i}`)))
    expect(lines()).toHaveLength(21)
    expect(lines().at(-1)).toBe('  and 981 more')
  })
})
