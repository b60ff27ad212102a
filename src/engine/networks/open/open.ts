/** Opens a model: turns its planned parts into networks that run. */
import { isCpuName } from '../../../common/device-names.ts'
import { Residency, type ResidentOptions, residentSession } from '../../onnx/memory/residency.ts'
import { UsedWeightFile } from '../../weights/cached/used-weight-file.ts'
import { bytesPerValue } from '../memory/working-memory.ts'
import type { Networks } from '../networks.ts'
import type { NetworkPart, NetworkParts } from '../plan/parts.ts'
import {
  planNetworks,
  planVae,
  type TextEncoderPlan,
  type UNetPlan,
  type VaePlan,
  vaeTarget,
} from '../plan/plan.ts'
import type { WeightUse } from '../plan/planned-weights.ts'
import type { PlanTarget } from '../plan/unet-variant.ts'
import { OnnxUNet } from './onnx-unet.ts'
import { OpenTextEncoder } from './open-text-encoder.ts'
import { OpenUNet } from './open-unet.ts'
import { OpenVae, type VaeHalf } from './open-vae.ts'

/** maxPixels: as of PlanTarget. */
export interface NetworkOptions extends ResidentOptions, Pick<PlanTarget, 'maxPixels'> {}

/**
 * The networks of a Base or a Refiner. Each reads its weights when it first runs. Networks with equal hashes share them.
 * @throws AppError 'model-file' or 'model-config' when a part cannot be used; states one reason.
 */
export async function openNetworks(parts: NetworkParts, options: NetworkOptions = {}): Promise<Networks> {
  const { budgetBytes: memoryBytes = Number.POSITIVE_INFINITY } = options.residency ?? {}
  const plan = await planNetworks(parts, { ...options, memoryBytes })
  const ofSecond = prepared(plan.textEncoder2.use, options)
  const textEncoder2 = openTextEncoder(parts.textEncoder2.hash, plan.textEncoder2, ofSecond.options)
  const ofFirst = prepared(plan.textEncoder?.use, options)
  const textEncoder =
    plan.textEncoder && openTextEncoder(parts.textEncoder?.hash ?? '', plan.textEncoder, ofFirst.options)
  const ofUNet = prepared(plan.unet.use, options)
  const unet = openUNet(parts.unet.hash, plan.unet, ofUNet.options)
  const vae = openPlannedVae(parts.vae.hash, plan.vae, options)
  return {
    ...(textEncoder && { textEncoder }),
    textEncoder2,
    unet,
    vae,
    weightFiles: [ofFirst, ofSecond, ofUNet].flatMap(({ weightFile }) => weightFile ?? []),
    async close() {
      for (const network of [textEncoder, textEncoder2, unet, vae]) await network?.close()
    },
  }
}

/** A separate VAE that replaces a model's own. @throws as openNetworks. */
export async function openVae(part: NetworkPart, options: ResidentOptions = {}): Promise<OpenVae> {
  return openPlannedVae(part.hash, await planVae(part, options), options)
}

/** The options of a network that moves from a GPU to the CPU: it no longer shares the GPU's memory. */
function onCpu(options: ResidentOptions): ResidentOptions {
  const { device = 'cpu' } = options
  const moved = { ...options, device: 'cpu', precision: 'float32' } as const
  return isCpuName(device) ? moved : { ...moved, residency: new Residency('cpu') }
}

function openTextEncoder(hash: string, { config, graph, own }: TextEncoderPlan, options: ResidentOptions) {
  const session = residentSession('text encoder', hash, graph, options)
  if ('path' in graph || !own) {
    return new OpenTextEncoder(config, session, 'path' in graph ? graph.path : undefined)
  }
  return new OpenTextEncoder(config, session, undefined, {
    weights: own.weights,
    open: (weights, isOnCpu) => {
      const at = isOnCpu ? onCpu(options) : options
      return residentSession(
        'text encoder',
        weights ? undefined : hash,
        own.build(weights ?? own.weights, at),
        at,
      )
    },
  })
}

function openUNet(hash: string, plan: UNetPlan, options: ResidentOptions) {
  const { config, timeIdCount, graph } = plan
  const session = residentSession('unet', hash, graph, options)
  if ('path' in graph) return new OnnxUNet(config, timeIdCount, session, graph.path)
  return new OpenUNet(config, timeIdCount, session, {
    ownWeights: plan.weights,
    takesTextProjections: plan.takesTextProjections,
    valueBytes: bytesPerValue(options),
    whole: (adapters, weights) => {
      const key = weights ? undefined : [hash, ...adapters.map(adapter => adapter.hash)].join(' ')
      const weightsOfAdapters = adapters.map(adapter => adapter.weights)
      return residentSession('unet', key, plan.buildWith(weightsOfAdapters, weights), options)
    },
    shallow: weights =>
      residentSession('shallow unet', weights ? undefined : hash, plan.buildShallow(weights), options),
  })
}

/** The options of a network's sessions, which write the cache file before a session opens. */
function prepared(
  use: WeightUse | undefined,
  options: ResidentOptions,
): { options: ResidentOptions; weightFile?: UsedWeightFile } {
  const ofForm = { ...options, ...(use?.isMapped && { prepack: false }) }
  if (!use?.weightFile) return { options: ofForm }
  const weightFile = new UsedWeightFile(use.weightFile)
  return { options: { ...ofForm, beforeOpening: () => weightFile.ensure() }, weightFile }
}

function openPlannedVae(hash: string, { config, decoder, encoder }: VaePlan, options: ResidentOptions) {
  const half = (name: string, { graph, input, output }: VaePlan['decoder']): VaeHalf => ({
    session: residentSession(name, hash, graph, options),
    input,
    output,
  })
  const valueBytes = bytesPerValue(vaeTarget(config, options))
  return new OpenVae(config, half('vae decoder', decoder), half('vae encoder', encoder), valueBytes)
}
