import { expect, test } from 'vitest'
import type { DeviceOpeners } from '../../../src/engine/jobs/devices/device.ts'
import { type MachineEvent, RemoteDevices } from '../../../src/remote/gateway/remote-devices.ts'
import { machineRecord } from '../../../src/remote/presence/records.ts'
import { en } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { machineNamed } from '../../helpers/remote/machine-records.ts'

test('a machine’s models that are missing, or have the right name and another hash, are named with both hashes', () => {
  const events: MachineEvent[] = []
  const open = () => {
    throw new Error('no job is given')
  }
  const hash = (digit: string) => digit.repeat(64)
  const devices = new RemoteDevices({
    gateway: { open },
    pool: { addDevice() {}, removeDevice: async () => {} },
    models: ['demo', 'other', 'shared'].map((name, i) => ({ name, hash: hash(String(i)) })),
    onEvent: event => events.push(event),
  })
  // What it has under another name it has.
  const models = [
    { name: 'demo', hash: hash('9') },
    { name: 'renamed', hash: hash('2') },
  ]
  devices.update([machineNamed('m1', { models })])
  const missingModels = [
    { name: 'demo', hash: hash('0'), found: hash('9') },
    { name: 'other', hash: hash('1') },
  ]
  expect(events).toEqual([{ kind: 'joined', name: 'm1', devices: ['cuda:0'], missingModels }])
  expect(en.machines.lacks('m1', missingModels)).toBe(
    'm1 lacks demo 0000000000 (its own files of that name are 9999999999), other 1111111111: what needs it is painted elsewhere.',
  )
  expect(zhCn.machines.lacks('m1', missingModels)).toBe(
    'm1 没有 demo 0000000000（它的同名文件是 9999999999）、other 1111111111：需要它们的图会在别处画。',
  )
})

test('files that differ in the form of their weights alone are told apart', () => {
  const missingModels = [{ name: 'demo', hash: `${'0'.repeat(64)}-int8`, found: '0'.repeat(64) }]
  const lacked = 'demo 0000000000-int8'
  expect(en.machines.lacks('m1', missingModels)).toContain(
    `${lacked} (its own files of that name are 0000000000)`,
  )
  expect(zhCn.machines.lacks('m1', missingModels)).toContain(`${lacked}（它的同名文件是 0000000000）`)
})

test('devices are counted as what they compute in, which machines of earlier and later versions do not tell', () => {
  const added: DeviceOpeners[] = []
  const devices = new RemoteDevices({
    gateway: {
      open: () => {
        throw new Error('no job is given')
      },
    },
    pool: { addDevice: device => added.push(device), removeDevice: async () => {} },
    models: [],
    onEvent() {},
  })
  const told = { gateways: [], memoryBytes: 8e9 }
  const record = {
    ...machineNamed('cpu-box').record,
    devices: [
      { ...told, name: 'cpu' },
      { ...told, name: 'cuda:0', precision: 'float32' },
      { ...told, name: 'cuda:1' },
      { ...told, name: 'cuda:2', precision: 'a later one' },
      { name: 'cuda:3', gateways: [] },
    ],
  }
  devices.update([{ id: 'id', record: machineRecord.parse(record) }])
  expect(added.map(({ name, memoryKind, memoryBytes }) => [name, memoryKind, memoryBytes])).toEqual([
    ['cpu-box/cpu', 'cpu', 8e9],
    ['cpu-box/cuda:0', 'float32', 8e9],
    ['cpu-box/cuda:1', 'float16', 8e9],
    ['cpu-box/cuda:2', 'float16', 8e9],
    ['cpu-box/cuda:3', 'float16', undefined],
  ])
})

test('a machine with another key is told of once and not at each heartbeat, and who invents many of them is cut off', () => {
  const events: MachineEvent[] = []
  const devices = new RemoteDevices({
    gateway: {
      open: () => {
        throw new Error('no job is given')
      },
    },
    pool: { addDevice() {}, removeDevice: async () => {} },
    models: [],
    onEvent: event => events.push(event),
  })
  for (let beat = 0; beat < 3; beat++) devices.update([], ['one'])
  expect(events).toEqual([{ kind: 'other-key' }])
  devices.update([], ['one', 'two'])
  expect(events).toHaveLength(2)
  for (let i = 0; i < 1000; i++) devices.update([], [`invented ${i}`])
  expect(events.length).toBeLessThan(50)
  expect(en.machines.otherKeys(1)).toBe(
    'A machine on this Redis uses another key and gets no work: give all of them the same EASEL_WORKER_KEY.',
  )
  expect(zhCn.machines.otherKeys(1)).toBe(
    '这个 Redis 上有一台机器用的是另一把密钥，得不到任务：请给所有机器设置同一个 EASEL_WORKER_KEY。',
  )
})
