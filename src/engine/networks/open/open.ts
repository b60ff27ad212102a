/** Owns opening a model: what was planned of its parts becomes networks that run. */
import { Session, type SessionOptions } from '../../onnx/session.ts'
import type { Networks } from '../networks.ts'
import type { NetworkPart, NetworkParts } from '../plan/parts.ts'
import { planNetworks, planVae, type TextEncoderPlan, type UNetPlan, type VaePlan } from '../plan/plan.ts'
import { OnnxUNet } from './onnx-unet.ts'
import { OpenTextEncoder } from './open-text-encoder.ts'
import { OpenUNet } from './open-unet.ts'
import { OpenVae, type VaeHalf } from './open-vae.ts'

/**
 * The networks of a Base or a Refiner.
 * @throws AppError 'model-file' or 'model-config' with one clear reason; nothing stays open then.
 */
export async function openNetworks(parts: NetworkParts, options: SessionOptions = {}): Promise<Networks> {
  const plan = await planNetworks(parts)
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(network: T): T => {
    opened.push(network)
    return network
  }
  const close = async () => {
    for (const network of opened.splice(0)) await network.close()
  }
  try {
    const textEncoder2 = keep(await openTextEncoder(plan.textEncoder2, options))
    const textEncoder = plan.textEncoder && keep(await openTextEncoder(plan.textEncoder, options))
    const unet = keep(await openUNet(plan.unet, options))
    const vae = keep(await openPlannedVae(plan.vae, options))
    return { ...(textEncoder && { textEncoder }), textEncoder2, unet, vae, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** A VAE by itself, in place of a model's own. @throws as openNetworks. */
export async function openVae(part: NetworkPart, options: SessionOptions = {}): Promise<OpenVae> {
  return openPlannedVae(await planVae(part), options)
}

async function openTextEncoder({ config, graph, own }: TextEncoderPlan, options: SessionOptions) {
  const open = (model: typeof graph) => Session.open('text encoder', model, options)
  if ('path' in graph || !own) {
    return new OpenTextEncoder(config, await open(graph), 'path' in graph ? graph.path : undefined)
  }
  return new OpenTextEncoder(config, await open(graph), undefined, {
    weights: own.weights,
    open: weights => open(own.build(weights)),
  })
}

async function openUNet(plan: UNetPlan, options: SessionOptions) {
  const { config, timeIdCount, graph } = plan
  const session = await Session.open('unet', graph, options)
  if ('path' in graph) return new OnnxUNet(config, timeIdCount, session, graph.path)
  return new OpenUNet(config, timeIdCount, session, {
    ownWeights: plan.weights,
    whole: (adapters, weights) => Session.open('unet', plan.buildWith(adapters, weights), options),
    shallow: weights => Session.open('shallow unet', plan.buildShallow(weights), options),
  })
}

/** The encoder is opened when a picture is first encoded, which few requests need. */
async function openPlannedVae({ config, decoder, encoder }: VaePlan, options: SessionOptions) {
  const open = async (name: string, { graph, input, output }: VaePlan['decoder']): Promise<VaeHalf> => ({
    session: await Session.open(name, graph, options),
    input,
    output,
  })
  return new OpenVae(config, await open('vae decoder', decoder), () => open('vae encoder', encoder))
}
