import { expect, test } from 'vitest'
import type { DeviceConfig } from '../../src/config/config.ts'
import type { DeviceReason } from '../../src/devices/choose-devices.ts'
import { tryDevices } from '../../src/devices/try-devices.ts'
import { AppError } from '../../src/errors/errors.ts'
import { FakeClock } from '../fakes/fake-clock.ts'

const device = (name: string): DeviceConfig => ({ name, threads: 0, precision: 'auto' })
const missing = (name: string) =>
  new AppError('device-unusable', { device: name, lack: 'driver', message: 'no such card' })

/** Tries the devices on a machine that lacks those in `broken`. */
async function trying(names: readonly string[], broken: readonly string[], why: DeviceReason) {
  const [opened, told]: [string[], AppError[]] = [[], []]
  const open = async (name: string) => {
    opened.push(name)
    return broken.includes(name) ? missing(name) : undefined
  }
  const chosen = { devices: names.map(device), reason: why, open }
  await tryDevices(chosen, new FakeClock(), error => told.push(error))
  return { opened, told: told.map(({ details }) => details) }
}

test('a configured device that does not start is told, and the others are not', async () => {
  const { opened, told } = await trying(['cuda:0', 'cuda:7', 'cpu'], ['cuda:7'], { why: 'configured' })
  expect(opened).toEqual(['cuda:0', 'cuda:7'])
  expect(told).toEqual([expect.objectContaining({ device: 'cuda:7' })])
})

test('what auto has chosen is not tried again', async () => {
  const { opened } = await trying(['cuda:0'], ['cuda:0'], { why: 'cuda', cards: [] })
  expect(opened).toEqual([])
})

test('a driver that hangs does not hold up the start', async () => {
  const clock = new FakeClock()
  const reason = { why: 'configured' } as const
  const open = () => new Promise<undefined>(() => {})
  const trial = tryDevices({ devices: [device('cuda:0')], reason, open }, clock, () => {})
  clock.advance(60_000)
  await expect(trial).resolves.toBeUndefined()
})
