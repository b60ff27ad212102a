import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adapterAddresses } from '../../src/devices/adapters.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

/** `/dev/dri` and `/sys/class/drm` of a machine with these adapters. */
function linuxWith(addresses: readonly string[]) {
  const [nodes, devices, bus] = [tempFolder(), tempFolder(), tempFolder()]
  writeFileSync(join(nodes, 'card0'), '')
  for (const [i, address] of addresses.entries()) {
    const name = `renderD${128 + i}`
    writeFileSync(join(nodes, name), '')
    mkdirSync(join(bus, address))
    mkdirSync(join(devices, name))
    symlinkSync(join(bus, address), join(devices, name, 'device'))
  }
  return { nodes, devices }
}

test('adapters are known by the PCI addresses of their render nodes', () => {
  const addresses = ['0000:00:02.0', '0000:01:00.0']
  expect(adapterAddresses({}, linuxWith(addresses))).toEqual(addresses)
})

test.each([
  ['without a render node', {}, () => linuxWith([])],
  ['without the folders', {}, () => ({ nodes: '/nowhere', devices: '/nowhere' })],
  ['where a node’s device is not shown', {}, () => ({ ...linuxWith(['0000:01:00.0']), devices: '/nowhere' })],
  ['where Vulkan’s drivers are named', { VK_DRIVER_FILES: 'x.json' }, () => linuxWith(['0000:01:00.0'])],
  ['where they are named as before', { VK_ICD_FILENAMES: 'x.json' }, () => linuxWith(['0000:01:00.0'])],
])('nothing is known of them %s', (_, env, folders) => {
  expect(adapterAddresses(env, folders())).toEqual([])
})
