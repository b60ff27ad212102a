/** What is done at full size in a process of its own: one network, or a whole picture, whose times and memory are taken. */

import type { CachedForm } from '../../../src/common/choices.ts'
import type { UNetInput } from '../../../src/engine/networks/networks.ts'
import { planNetworks } from '../../../src/engine/networks/plan/plan.ts'
import { Residency } from '../../../src/engine/onnx/memory/residency.ts'
import { decodeLatents } from '../../../src/engine/pipeline/latents/latents.ts'
import { type OpenModel, openModel } from '../../../src/engine/pipeline/open/open-model.ts'
import { ensureWritten } from '../../../src/engine/weights/cached/weight-file.ts'
import { elapsedMs } from '../measure.ts'
import { paintPictures, pictures } from './pictures.ts'
import { peakBytes, recordIn, type SceneFigures } from './subject.ts'

export interface Scene {
  readonly name: string
  readonly label: string
  play(modelsDir: string, rounds: number): Promise<SceneFigures>
}

type Call = (model: OpenModel) => Promise<unknown>

/** Sides in pixels. */
const sides = [512, 1024] as const

export const scenes: readonly Scene[] = [
  network('text', 'encode a prompt (both encoders)', encodeText),
  ...sides.flatMap(side => [
    network(`unet-${side}`, `U-Net, ${side} px`, callUNet(side, 1)),
    network(`unet-${side}-guided`, `U-Net, ${side} px, guided`, callUNet(side, 2)),
    network(
      `unet-${side}-guided-shallow`,
      `U-Net, ${side} px, guided, finest level (--fast)`,
      callShallow(side),
    ),
    network(`unet-${side}-guided-mapped`, `U-Net, ${side} px, guided, mapped`, callUNet(side, 2), 'mapped'),
    network(`unet-${side}-guided-int8`, `U-Net, ${side} px, guided, int8`, callUNet(side, 2), 'int8'),
  ]),
  ...sides.map(side => network(`vae-${side}`, `decode ${side} px`, decode(side))),
  ...Object.entries(pictures).map(([name, { label, add }]) => ({
    name,
    label,
    play: (modelsDir: string, rounds: number) => paintPictures(add, modelsDir, rounds),
  })),
]

/** A scene of one network. Its first call loads it and is not measured. */
function network(name: string, label: string, call: Call, weights?: CachedForm): Scene {
  return { name, label, play: (modelsDir, rounds) => callNetwork(call, modelsDir, rounds, weights) }
}

async function callNetwork(
  call: Call,
  modelsDir: string,
  rounds: number,
  weights?: CachedForm,
): Promise<SceneFigures> {
  const { parts } = await recordIn(modelsDir, weights)
  const residency = new Residency()
  const model = await openModel(parts, { residency })
  // Its cache file is made once, not whenever it opens.
  const { use } = (await planNetworks(parts.networks)).unet
  if (use?.weightFile) await ensureWritten(use.weightFile)
  let loadMs = 0
  let loadPeakBytes = 0
  residency.opening = async open => {
    const startMs = performance.now()
    const session = await open()
    loadMs += performance.now() - startMs
    loadPeakBytes = peakBytes()
    return session
  }
  await call(model)
  const callMs: number[] = []
  const processorMs: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    callMs.push(await elapsedMs(() => call(model)))
    const { user, system } = process.cpuUsage(before)
    processorMs.push((user + system) / 1000)
  }
  await model.networks.close()
  return { loadMs, loadPeakBytes, callMs, processorMs, peakBytes: peakBytes() }
}

async function encodeText({ networks: { textEncoder, textEncoder2 } }: OpenModel): Promise<void> {
  const ids = new Int32Array(77).fill(320)
  await textEncoder?.encode(ids, 2)
  await textEncoder2.encode(ids, 2)
}

/** Every call has the same prompt, as the steps of a picture have. */
function callUNet(sidePx: number, batch: number): Call {
  let input: UNetInput | undefined
  return model => {
    input ??= inputOf(model, sidePx, batch)
    return model.networks.unet.predict(input)
  }
}

/** Between two calls of the whole U-Net, whose deep features stay the same, as with `--fast`. */
function callShallow(sidePx: number): Call {
  let kept: { readonly input: UNetInput; readonly deep: Float32Array } | undefined
  return async model => {
    const { unet } = model.networks
    if (!kept) {
      const input = inputOf(model, sidePx, 2)
      kept = { input, deep: (await unet.predictDeep(input)).deep }
    }
    return unet.predictShallow(kept.input, kept.deep)
  }
}

function inputOf(
  { networks: { unet, vae, textEncoder2 } }: OpenModel,
  sidePx: number,
  batch: number,
): UNetInput {
  const side = sidePx / vae.factor
  const waves = (count: number) => new Float32Array(count).map((_, i) => Math.sin(i))
  return {
    sample: waves(batch * unet.inChannels * side * side),
    batch,
    heightLatent: side,
    widthLatent: side,
    timestep: 500,
    context: waves(batch * 77 * unet.crossAttentionDim),
    tokens: 77,
    pooled: waves(batch * (textEncoder2.projectionSize ?? 0)),
    timeIds: new Float32Array(batch * unet.timeIdCount).fill(sidePx),
  }
}

function decode(sidePx: number): Call {
  return ({ networks: { vae } }) => {
    const side = sidePx / vae.factor
    const latents = new Float32Array(4 * side * side).map((_, i) => Math.sin(i) / 10)
    return decodeLatents(vae, latents, { pictures: 1, heightLatent: side, widthLatent: side })
  }
}
