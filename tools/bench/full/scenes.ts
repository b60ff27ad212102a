/** What is done at full size in a process of its own: one network, or a whole picture, whose times and memory are taken. */

import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import type { ModelRecord } from '../../../src/engine/models/record.ts'
import { Residency } from '../../../src/engine/onnx/residency.ts'
import { decodeLatents } from '../../../src/engine/pipeline/latents/latents.ts'
import { type OpenModel, openModel } from '../../../src/engine/pipeline/open/open-model.ts'
import { elapsedMs } from '../measure.ts'

/** What a scene found. */
export interface SceneFigures {
  readonly loadMs: number
  /** The resident set's peak when all was loaded. */
  readonly loadPeakBytes: number
  /** Of each call; the first one warms up and is left out where there are others. */
  readonly callMs: readonly number[]
  /** The same in processor time, which other work beside hurts less. */
  readonly processorMs: readonly number[]
  readonly peakBytes: number
}

export interface Scene {
  readonly name: string
  readonly label: string
  call(model: OpenModel): Promise<unknown>
}

/** Sides in pixels. */
const sides = [512, 1024] as const

export const scenes: readonly Scene[] = [
  { name: 'text', label: 'encode a prompt (both encoders)', call: encodeText },
  ...sides.flatMap(side => [
    { name: `unet-${side}`, label: `U-Net, ${side} px`, call: callUNet(side, 1) },
    { name: `unet-${side}-guided`, label: `U-Net, ${side} px, guided`, call: callUNet(side, 2) },
  ]),
  ...sides.map(side => ({ name: `vae-${side}`, label: `decode ${side} px`, call: decode(side) })),
]

export async function playScene(scene: Scene, modelsDir: string, rounds: number): Promise<SceneFigures> {
  const { parts } = await recordIn(modelsDir)
  const residency = new Residency()
  const model = await openModel(parts, { residency })
  let loadMs = 0
  let loadPeakBytes = 0
  residency.opening = async open => {
    const startMs = performance.now()
    const session = await open()
    loadMs += performance.now() - startMs
    loadPeakBytes = peakBytes()
    return session
  }
  await scene.call(model)
  const callMs: number[] = []
  const processorMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    callMs.push(await elapsedMs(() => scene.call(model)))
    const { user, system } = process.cpuUsage(before)
    processorMs.push((user + system) / 1000)
  }
  await model.networks.close()
  return { loadMs, loadPeakBytes, callMs, processorMs, peakBytes: peakBytes() }
}

/** The one model of the folder. @throws Error where there is none. */
export async function recordIn(modelsDir: string): Promise<ModelRecord> {
  const { models } = await readModels({ roots: [modelsDir], linkTargets: [], cache: memoryHashCache() })
  const [record] = models
  if (!record) throw new Error(`there is no model in ${modelsDir}`)
  return record
}

/** In kilobytes, on every system. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024
}

async function encodeText({ networks: { textEncoder, textEncoder2 } }: OpenModel): Promise<void> {
  const ids = new Int32Array(77).fill(320)
  await textEncoder?.encode(ids, 2)
  await textEncoder2.encode(ids, 2)
}

function callUNet(sidePx: number, batch: number): Scene['call'] {
  return ({ networks: { unet, vae, textEncoder2 } }) => {
    const side = sidePx / vae.factor
    const waves = (count: number) => new Float32Array(count).map((_, i) => Math.sin(i))
    return unet.predict({
      sample: waves(batch * unet.inChannels * side * side),
      batch,
      heightLatent: side,
      widthLatent: side,
      timestep: 500,
      context: waves(batch * 77 * unet.crossAttentionDim),
      tokens: 77,
      pooled: waves(batch * (textEncoder2.projectionSize ?? 0)),
      timeIds: new Float32Array(batch * unet.timeIdCount).fill(sidePx),
    })
  }
}

function decode(sidePx: number): Scene['call'] {
  return ({ networks: { vae } }) => {
    const side = sidePx / vae.factor
    const latents = new Float32Array(4 * side * side).map((_, i) => Math.sin(i) / 10)
    return decodeLatents(vae, latents, { pictures: 1, heightLatent: side, widthLatent: side })
  }
}
