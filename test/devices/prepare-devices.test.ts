/** The devices of a start: the driver is asked once, and every worker is told what was measured then. */
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { deviceOpeners, workerCatalogue, workerOptions } from '../../src/devices/device-workers.ts'
import { prepareDevices } from '../../src/devices/prepare-devices.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { FakeNvidiaSmi, geForce } from '../fakes/fake-nvidia-smi.ts'

const defaults = loadConfig(packageRoot, packageRoot)
const usableBytes = (23_802 - 512) * 2 ** 20
const nothing = workerCatalogue({ models: [], files: [] }, defaults.limits)

test('what is free on a card is measured once per start, and passed down', async () => {
  const driver = new FakeNvidiaSmi([geForce])
  const config = { ...defaults, devices: [{ name: 'cuda:0', threads: 0, precision: 'auto' as const }] }
  const { devices, env, cards } = await prepareDevices(config, driver.env)
  expect(devices).toMatchObject([{ name: 'cuda:0', memoryBytes: usableBytes }])
  expect(await cards()).toMatchObject([{ ordinal: 0, freeMib: 23_802 }])
  for (const device of devices) {
    expect(deviceOpeners(device, nothing, env)).toMatchObject({ name: 'cuda:0', memoryBytes: usableBytes })
    expect(workerOptions(device, nothing, env).setup).toMatchObject({ memoryBytes: usableBytes })
  }
  expect(driver.calls).toBe(1)
})

test('a machine that paints on its CPU asks no driver', async () => {
  const driver = new FakeNvidiaSmi([geForce])
  const { devices } = await prepareDevices(defaults, driver.env)
  expect(devices).toMatchObject([{ name: 'cpu', memoryBytes: expect.any(Number) }])
  expect(driver.calls).toBe(0)
})
