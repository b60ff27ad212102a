import { expect, test } from 'vitest'
import { listCards, parseCards, visibleCards } from '../../src/devices/cards.ts'

/** What `nvidia-smi --query-gpu=index,name,memory.total,driver_version,pci.bus_id --format=csv,noheader,nounits` prints. */
const two =
  '0, NVIDIA GeForce RTX 4090, 24564, 550.54.14, 00000000:01:00.0\n1, NVIDIA H100 80GB HBM3, 81559, 550.54.14, 00000001:AF:00.0\n'

test('the driver’s list is read line by line', () => {
  expect(parseCards(two)).toEqual([
    {
      ordinal: 0,
      name: 'NVIDIA GeForce RTX 4090',
      memoryMib: 24_564,
      driver: '550.54.14',
      address: '0000:01:00.0',
    },
    {
      ordinal: 1,
      name: 'NVIDIA H100 80GB HBM3',
      memoryMib: 81_559,
      driver: '550.54.14',
      address: '0001:af:00.0',
    },
  ])
})

test('a card whose address the driver does not tell is a card', () => {
  expect(parseCards('0, Tesla T4, 15360, 470.82.01, [N/A]\n')).toMatchObject([
    { ordinal: 0, name: 'Tesla T4' },
  ])
})

test.each(['', 'No devices were found\n', '0, [N/A], [N/A], 550\n', '\u0000'])('%j lists no card', text => {
  expect(parseCards(text)).toEqual([])
})

test.each([
  [undefined, ['RTX 4090', 'H100']],
  ['1', ['H100']],
  ['1,0', ['H100', 'RTX 4090']],
  ['1,7,0', ['H100']],
  ['', []],
  ['-1', []],
])('CUDA_VISIBLE_DEVICES=%j leaves those, counted anew', (visible, names) => {
  const cards = visibleCards(parseCards(two), visible)
  expect(cards.map(({ name }) => names.find(one => name.includes(one)))).toEqual(names)
  expect(cards.map(({ ordinal }) => ordinal)).toEqual(names.map((_, i) => i))
})

test('a machine without the driver’s program has no list', async () => {
  expect(await listCards({ PATH: '/nowhere' })).toBeUndefined()
})
