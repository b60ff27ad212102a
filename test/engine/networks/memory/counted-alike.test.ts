/** What is counted before a picture is accepted is what the open networks count when they run. */
import { expect, test } from 'vitest'
import { type Precision, precisions } from '../../../../src/common/choices.ts'
import type { UNetInput } from '../../../../src/engine/networks/networks.ts'
import { openNetworks } from '../../../../src/engine/networks/open/open.ts'
import type { GraphMemory } from '../../../../src/engine/onnx/memory/graph-memory.ts'
import { Residency, ResidentSession } from '../../../../src/engine/onnx/memory/residency.ts'
import { readDemoRecord } from '../../../helpers/models/demo-record.ts'

const demo = await readDemoRecord()
const side = 16

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

async function runsOn(device: string, precision: Precision, parts = demo.parts.networks): Promise<Run[]> {
  const residency = new Recorder(device)
  const { unet, vae, textEncoder2 } = await openNetworks(parts, {
    device,
    precision,
    residency,
  })
  const tokens = 77
  const input: UNetInput = {
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
  await expect(unet.predict(input)).rejects.toThrow('recorded')
  await expect(vae.decode(new Float32Array(4 * side * side), 1, side, side)).rejects.toThrow('recorded')
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
