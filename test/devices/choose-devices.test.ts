import { describe, expect, test } from 'vitest'
import type { DeviceConfig } from '../../src/config/config.ts'
import { chooseDevices, type LocalMachine, withThreads } from '../../src/devices/choose-devices.ts'
import type { Gpu } from '../../src/devices/gpus.ts'
import { reasonLines } from '../../src/devices/reason-lines.ts'
import { AppError } from '../../src/errors/errors.ts'
import { en, errorSentence } from '../../src/words/en.ts'
import { zhCn } from '../../src/words/zh-cn/index.ts'

const device = (name: string, threads = 0): DeviceConfig => ({ name, threads, precision: 'auto' })
const addressOf = (ordinal: number) => `0000:0${ordinal + 1}:00.0`
const card = (ordinal: number): Gpu => ({
  ordinal,
  name: 'RTX 4090',
  memoryMib: 24_564,
  freeMib: undefined,
  driver: '550.54.14',
  address: addressOf(ordinal),
})
const unusable = (name: string) =>
  new AppError('device-unusable', {
    device: name,
    lack: 'libraries',
    message: 'libcublasLt.so.12: no such file',
  })

/** A machine with these cards and adapter; devices named in `broken` do not come up. */
function machine(
  cards: readonly Gpu[] | undefined,
  hasAdapter: boolean,
  broken: readonly string[] = [],
): LocalMachine {
  return {
    cards: async () => cards,
    hasAdapter: () => hasAdapter,
    adapterAddresses: () => [],
    processors: 16,
    open: async name => (broken.includes(name) ? unusable(name) : undefined),
  }
}

const chosen = async (of: LocalMachine) => {
  const { devices, reason } = await chooseDevices([device('auto')], of)
  return { names: devices.map(({ name }) => name), lines: reasonLines(en, reason) }
}

describe('devices: auto', () => {
  test('takes every CUDA card', async () => {
    expect(await chosen(machine([card(0), card(1)], true))).toEqual({
      names: ['cuda:0', 'cuda:1'],
      lines: [
        'Every CUDA card is used: cuda:0 RTX 4090, 24.0 GiB, driver 550.54.14; cuda:1 RTX 4090, 24.0 GiB, driver 550.54.14.',
      ],
    })
  })

  test('takes all cards where the first alone does not start: that one may come back', async () => {
    const { names } = await chosen(machine([card(0), card(1)], true, ['cuda:0']))
    expect(names).toEqual(['cuda:0', 'cuda:1'])
  })

  test('takes WebGPU where CUDA’s libraries are missing, and says which command is missing', async () => {
    const { names, lines } = await chosen(machine([card(0)], true, ['cuda:0']))
    expect(names).toEqual(['webgpu'])
    expect(lines).toEqual([
      'WebGPU is used, because CUDA does not come up on cuda:0 RTX 4090, 24.0 GiB, driver 550.54.14.',
      expect.stringContaining('ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node'),
    ])
  })

  test.each([
    ['no driver and no adapter', machine(undefined, false), /driver does not answer.*no graphics adapter/],
    ['a driver without a card', machine([], false), /shows no card/],
    ['an adapter that does not come up', machine(undefined, true, ['webgpu']), /WebGPU does not come up/],
  ])('takes the CPU with %s, and says why', async (_, of, sentence) => {
    const { names, lines } = await chosen(of)
    expect(names).toEqual(['cpu'])
    expect(lines[0]).toMatch(sentence)
  })

  test('does not take a driver in software for a GPU: it is not even opened', async () => {
    const opened: string[] = []
    const of = machine(undefined, false)
    await chooseDevices([device('auto')], {
      ...of,
      open: name => {
        opened.push(name)
        return of.open(name)
      },
    })
    expect(opened).toEqual([])
  })

  test('says its reason in Chinese too', async () => {
    const { reason } = await chooseDevices([device('auto')], machine(undefined, false))
    expect(reasonLines(zhCn, reason)).toEqual([expect.stringMatching(/^使用 CPU/)])
  })
})

test('a card whose memory the driver does not tell is named without it', async () => {
  const { lines } = await chosen(machine([{ ...card(0), memoryMib: undefined }], false))
  expect(lines).toEqual(['Every CUDA card is used: cuda:0 RTX 4090, driver 550.54.14.'])
})

test('devices that are named are taken as they are, and nothing is tried', async () => {
  const devices = [device('cuda:0'), device('cpu')]
  expect(await chooseDevices(devices, machine(undefined, false))).toEqual({
    devices,
    reason: { why: 'configured' },
  })
})

describe('webgpu beside CUDA cards', () => {
  const intel = '0000:00:02.0'
  const chooses = (names: readonly string[], cards: readonly Gpu[] | undefined, adapters: string[]) =>
    chooseDevices(
      names.map(name => device(name)),
      { ...machine(cards, true), adapterAddresses: () => adapters },
    )

  test.each([
    ['the only adapter is that card', ['webgpu', 'cuda:0'], [card(0)], [addressOf(0)], 'cuda:0'],
    [
      'every adapter is a named card',
      ['cuda:0', 'cuda:1', 'webgpu'],
      [card(0), card(1)],
      [addressOf(0), addressOf(1)],
      'cuda:0 or cuda:1',
    ],
    [
      'a card without a display is named too',
      ['cuda:0', 'cuda:1', 'webgpu'],
      [card(0), card(1)],
      [addressOf(1)],
      'cuda:1',
    ],
  ])('is refused where %s', async (_, names, cards, adapters, twins) => {
    const error = await chooses(names, cards, adapters).catch(thrown => thrown)
    expect(errorSentence(en, error)).toBe(
      `The configuration is wrong at devices: webgpu is the same card as ${twins}; name each card once.`,
    )
  })

  test.each([
    ['there is another adapter', ['webgpu', 'cuda:0'], [card(0)], [intel, addressOf(0)]],
    ['another card is not named', ['webgpu', 'cuda:0'], [card(0), card(1)], [addressOf(0), addressOf(1)]],
    ['the adapter is the other card', ['webgpu', 'cuda:0'], [card(0), card(1)], [addressOf(1)]],
    ['the adapters are not known', ['webgpu', 'cuda:0'], [card(0)], []],
    ['the driver does not answer', ['webgpu', 'cuda:0'], undefined, [addressOf(0)]],
    ['it stands without CUDA', ['webgpu', 'cpu'], [card(0)], [addressOf(0)]],
    ['it is not there', ['cuda:0', 'cpu'], [card(0)], [addressOf(0)]],
  ])('is taken where %s', async (_, names, cards, adapters) => {
    expect((await chooses(names, cards, adapters)).devices.map(({ name }) => name)).toEqual(names)
  })
})

test.each([
  [[device('cpu')], 8, [0]],
  [[device('cpu:0'), device('cpu:1')], 8, [4, 4]],
  [[device('cpu:0', 6), device('cpu:1'), device('cpu:2')], 16, [6, 5, 5]],
  [[device('cpu:0'), device('cpu:1'), device('cpu:2')], 2, [1, 1, 1]],
  [[device('cuda:0'), device('cpu')], 8, [0, 0]],
])('workers on the CPU share its processors: %j of %i', (devices, processors, threads) => {
  expect(withThreads(devices, processors).map(one => one.threads)).toEqual(threads)
})
