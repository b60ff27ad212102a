/** What is counted before a picture is accepted is what the open networks count when they run. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Precision, precisions } from '../../../../src/common/choices.ts'
import type { Networks, UNetInput } from '../../../../src/engine/networks/networks.ts'
import { openNetworks, openVae } from '../../../../src/engine/networks/open/open.ts'
import { openControlNet } from '../../../../src/engine/networks/open/open-controlnet.ts'
import { openIpAdapter } from '../../../../src/engine/networks/open/open-ip-adapter.ts'
import type { GraphMemory } from '../../../../src/engine/onnx/memory/graph-memory.ts'
import { Residency, ResidentSession } from '../../../../src/engine/onnx/memory/residency.ts'
import { needsOfOrder } from '../../../../src/engine/order-needs.ts'
import { readLibrary } from '../../../../src/startup/model-library.ts'
import { readDemoRecord } from '../../../helpers/models/demo-record.ts'
import { goldenFolder } from '../../../helpers/models/golden-folder.ts'
import { buildTinyAddOns } from '../../../helpers/models/tiny-add-ons.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'
import { aPaintOrder } from '../../../helpers/work-orders.ts'

const demo = await readDemoRecord()
const side = 16
const aControl = {
  pictureId: 'a map',
  preprocessor: 'none',
  scale: 1,
  start: 0,
  end: 1,
  guess: false,
} as const

interface Run extends GraphMemory {
  readonly network: string | undefined
  readonly workingBytes: number
}

/** Opens nothing: tells of each run with which memory it would be opened and run. */
class Recorder extends Residency {
  readonly runs: Run[] = []

  override session(key: string | undefined, memory: GraphMemory): ResidentSession {
    return new ResidentSession({
      use: async workingBytes => {
        this.runs.push({ network: key?.replace(/ \S+$/, ''), ...memory, workingBytes })
        throw new Error('recorded')
      },
      leave: async () => {},
    })
  }
}

function inputFor({ unet, textEncoder2 }: Pick<Networks, 'unet' | 'textEncoder2'>): UNetInput {
  const tokens = 77
  return {
    sample: new Float32Array(2 * 4 * side * side),
    batch: 2,
    heightLatent: side,
    widthLatent: side,
    timestep: 1,
    context: new Float32Array(2 * tokens * unet.crossAttentionDim),
    tokens,
    pooled: new Float32Array(2 * (textEncoder2.projectionSize ?? 0)),
    timeIds: new Float32Array(2 * unet.timeIdCount),
  }
}

async function isRecorded(run: Promise<unknown>): Promise<void> {
  await expect(run).rejects.toThrow('recorded')
}

async function runsOn(device: string, precision: Precision, parts = demo.parts.networks): Promise<Run[]> {
  const residency = new Recorder(device)
  const networks = await openNetworks(parts, { device, precision, residency })
  await isRecorded(networks.unet.predict(inputFor(networks)))
  await isRecorded(networks.vae.decode(new Float32Array(4 * side * side), 1, side, side))
  return residency.runs
}

test.each(precisions)('on a card in %s', async precision => {
  const [, , unet, decoder] = demo.needs ?? []
  const pixels = (demo.sizeStepPx * side) ** 2
  const expected = [unet, decoder].map(need => {
    const { openingBytes = 0, weightBytes = 0, bytesPerPixel = 0 } = need?.onCard[precision][0] ?? {}
    return { openingBytes, weightBytes, workingBytes: bytesPerPixel * pixels }
  })
  const runs = await runsOn('cuda:0', precision)
  expect(runs.map(({ network }) => network)).toEqual(['unet', 'vae decoder'])
  expect(runs).toMatchObject(expected)
  expect(expected[0]?.openingBytes).toBeGreaterThan(0)
})

test('a VAE that its config keeps in float32 needs the same in both precisions', async () => {
  const { vae, ...rest } = demo.parts.networks
  const parts = { ...rest, vae: { ...vae, config: { ...vae.config, force_upcast: true } } }
  const [inFloat32, inFloat16] = await Promise.all(
    precisions.map(precision => runsOn('cuda:0', precision, parts)),
  )
  expect(inFloat16?.[1]).toEqual(inFloat32?.[1])
  expect(inFloat16?.[0]).not.toEqual(inFloat32?.[0])
})

test('on a CPU in halves too, which it computes in float32', async () => {
  const [, , unet] = demo.needs ?? []
  const [run] = await runsOn('cpu', 'float16')
  expect(run?.workingBytes).toBe((unet?.bytesPerPixel ?? 0) * (demo.sizeStepPx * side) ** 2)
  expect(run?.openingBytes).toBeGreaterThan(run?.weightBytes ?? 0)
})

test.each([
  ['cpu', 'float32'],
  ['cuda:0', 'float32'],
  ['cuda:0', 'float16'],
] as const)('a ControlNet, an IP-Adapter and another VAE on %s in %s', async (device, precision) => {
  const named = await tinyLibrary()
  const [tiny] = named.models
  const fileOf = (name: string) => named.files.find(file => file.name === name)
  const [net, adapter, vae] = ['net-b', 'ip-adapter', 'vae'].map(fileOf)
  if (!tiny || !net?.controlNet || !adapter?.ipAdapter || !vae?.vae) throw new Error('a file is missing')
  const order = aPaintOrder({
    model: { name: tiny.name, hash: tiny.hash, vae },
    controls: [{ ...aControl, model: net }],
    imagePrompts: [1, 2].map(scale => ({ model: adapter, pictureId: `picture ${scale}`, scale })),
  })

  const residency = new Recorder(device)
  const options = { device, precision, residency }
  const networks = await openNetworks(tiny.parts.networks, options)
  const input = inputFor(networks)
  const picture = new Float32Array(3 * (tiny.sizeStepPx * side) ** 2)
  const opened = await openControlNet(net.controlNet, networks.unet, options)
  await isRecorded(opened.residuals(input, picture, new Array(opened.residualSpecs.length).fill(1)))
  const { adapter: prompts, encoder } = await openIpAdapter(
    { hash: adapter.hash, ...adapter.ipAdapter },
    networks.unet,
    options,
  )
  await isRecorded(encoder.encode(new Float32Array(3 * encoder.config.sidePx ** 2)))
  const scales = networks.unet.crossAttentions.map(() => 1)
  const tokens = new Float32Array(2 * prompts.tokens * networks.unet.crossAttentionDim)
  const imagePrompts = [1, 2].map(() => ({ adapter: prompts, tokens, scales }))
  await isRecorded(networks.unet.predict({ ...input, imagePrompts }))
  const decoder = await openVae(vae.vae, options)
  await isRecorded(decoder.decode(new Float32Array(4 * side * side), 1, side, side))

  const needs = needsOfOrder(order, named)
  const pixels = (tiny.sizeStepPx * side) ** 2
  const counted = (['controlnet', 'image-encoder', 'unet', 'vae'] as const).map(network => {
    const need = needs.find(one => one.network === network)
    const {
      openingBytes = 0,
      weightBytes = 0,
      bytesPerPixel = 0,
    } = (device === 'cpu' ? need : need?.onCard[precision][0]) ?? {}
    const gb = (bytes: number) => expect.closeTo(bytes, 3)
    return { openingBytes: gb(openingBytes), weightBytes, workingBytes: bytesPerPixel * pixels }
  })
  expect(residency.runs).toMatchObject(counted)
  expect(residency.runs.map(({ network }) => network)).toEqual([
    'controlnet',
    'image encoder',
    expect.stringContaining('unet'),
    'vae decoder',
  ])
  // Its own VAE does not run, and the adapter's matrices are there once for two pictures.
  expect(needs.filter(({ network }) => network === 'vae')).toEqual(vae.needs)
  const [, , unet] = tiny.needs ?? []
  expect(needs.find(({ network }) => network === 'unet')?.weightBytes).toBeGreaterThan(unet?.weightBytes ?? 0)
})

/** tiny-base, with a ControlNet, IP-Adapters and a VAE that is its own once more. */
async function tinyLibrary() {
  const modelsDir = tempFolder()
  const golden = await goldenFolder('oracle').models()
  cpSync(join(golden, 'tiny-base'), join(modelsDir, 'tiny-base'), { recursive: true })
  cpSync(join(golden, 'tiny-base/vae'), join(modelsDir, 'vae/vae'), { recursive: true })
  await buildTinyAddOns(modelsDir)
  const folders = { modelsDir, dataDir: tempFolder(), extraModelDirs: [], modelLinkTargets: [] }
  return readLibrary({ ...folders, models: {} }, undefined, { XDG_CACHE_HOME: tempFolder() })
}
