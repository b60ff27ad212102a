import { expect, test } from 'vitest'
import { listGpus, parseGpus, visibleGpus } from '../../src/devices/gpus.ts'
import { FakeNvidiaSmi, geForce } from '../fakes/fake-nvidia-smi.ts'

/**
 * What `nvidia-smi --query-gpu=index,name,memory.total,memory.free,mig.mode.current,driver_version,pci.bus_id
 * --format=csv,noheader,nounits` prints.
 */
const two =
  '0, NVIDIA GeForce RTX 4090, 24564, 23802, [N/A], 550.54.14, 00000000:01:00.0\n1, NVIDIA H100 80GB HBM3, 81559, 80994, Disabled, 550.54.14, 00000001:AF:00.0\n'

test('the driver’s list is read line by line', () => {
  expect(parseGpus(two)).toEqual([
    {
      ordinal: 0,
      name: 'NVIDIA GeForce RTX 4090',
      memoryMib: 24_564,
      freeMib: 23_802,
      driver: '550.54.14',
      address: '0000:01:00.0',
    },
    {
      ordinal: 1,
      name: 'NVIDIA H100 80GB HBM3',
      memoryMib: 81_559,
      freeMib: 80_994,
      driver: '550.54.14',
      address: '0001:af:00.0',
    },
  ])
})

test.each([
  ['shares the processor’s memory', '0, NVIDIA GB10, [N/A], [N/A], [N/A], 580.126.09, 0000000F:01:00.0'],
  [
    'is in parts that this process may not see',
    '0, NVIDIA A100-SXM4-80GB, [Insufficient Permissions], [Insufficient Permissions], Enabled, 535.161.08, 00000000:07:00.0',
  ],
  ['has an old driver', '0, Tesla K80, [Not Supported], [Not Supported], [Not Supported], 470.82.01, [N/A]'],
])('a card that %s is a card, of which no memory is known', (_, line) => {
  expect(parseGpus(`${line}\n`)).toMatchObject([{ ordinal: 0, memoryMib: undefined, freeMib: undefined }])
})

test('what is free of all parts of a card is not what is free of the one that CUDA sees', () => {
  const inParts = '0, NVIDIA A100-SXM4-80GB, 81920, 80506, Enabled, 535.161.08, 00000000:07:00.0\n'
  expect(parseGpus(inParts)).toMatchObject([{ memoryMib: 81_920, freeMib: undefined }])
})

test('a driver whose program ignores the request to end keeps nobody waiting', async () => {
  const driver = new FakeNvidiaSmi([geForce], { hangs: true })
  expect(await listGpus(driver.env, 500)).toBeUndefined()
})

test('a card whose address the driver does not tell is a card', () => {
  expect(parseGpus('0, Tesla T4, 15360, 15101, [N/A], 470.82.01, [N/A]\n')).toMatchObject([
    { ordinal: 0, name: 'Tesla T4', freeMib: 15_101 },
  ])
})

test.each(['', 'No devices were found\n', '0, [N/A], [N/A], 550\n', '\u0000'])('%j lists no card', text => {
  expect(parseGpus(text)).toEqual([])
})

test.each([
  [undefined, ['RTX 4090', 'H100']],
  ['1', ['H100']],
  ['1,0', ['H100', 'RTX 4090']],
  ['1,7,0', ['H100']],
  ['', []],
  ['-1', []],
])('CUDA_VISIBLE_DEVICES=%j leaves those, counted anew, with what is free on each', (visible, names) => {
  const known = parseGpus(two)
  const cards = visibleGpus(known, { CUDA_VISIBLE_DEVICES: visible })
  expect(cards.map(({ name }) => names.find(one => name.includes(one)))).toEqual(names)
  expect(cards.map(({ ordinal }) => ordinal)).toEqual(names.map((_, i) => i))
  const freeOf = (part: string) => known.find(({ name }) => name.includes(part))?.freeMib
  expect(cards.map(({ freeMib }) => freeMib)).toEqual(names.map(freeOf))
})

test.each([
  ['identifiers', { CUDA_VISIBLE_DEVICES: 'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6' }],
  ['the order of speed', { CUDA_DEVICE_ORDER: 'FASTEST_FIRST' }],
])('with %s it is not known which of several cards is which; a single card is known', (_, env) => {
  const known = parseGpus(two)
  expect(visibleGpus(known, env).map(({ freeMib }) => freeMib)).toEqual([undefined, undefined])
  expect(visibleGpus(known.slice(0, 1), env).map(({ freeMib }) => freeMib)).toEqual([23_802])
})

test('the driver’s program is asked for columns that it has', async () => {
  const cards = await listGpus(new FakeNvidiaSmi([geForce]).env)
  expect(cards).toEqual(parseGpus(two).slice(0, 1))
})

test('a machine without the driver’s program has no list', async () => {
  expect(await listGpus({ PATH: '/nowhere' })).toBeUndefined()
})
