/** The memory that each network of a model needs, from its plan. */
import type { Precision } from '../../../common/choices.ts'
import type { MemoryNeed } from '../../../common/memory-need.ts'
import { memoryOf, type WeightFigures } from '../../onnx/memory/graph-memory.ts'
import type { OnnxModel } from '../../onnx/model.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import { pxPerLatent } from '../controlnet.ts'
import type { NetworkGraph, TextEncoderPlan, UNetPlan, VaePlan } from '../plan/plan.ts'
import type { ControlNetPlan } from '../plan/plan-controlnet.ts'
import type { IpAdapterPlan } from '../plan/plan-ip-adapter.ts'
import { vaeFactor } from '../vae.ts'
import {
  bytesPerValue,
  measuredShareOfUNet,
  type NeedsOnCard,
  type NetworkNeed,
  unetWorkingBytes,
  untiledPixels,
  vaeWorkingBytes,
} from './working-memory.ts'

/** The parts of a plan that determine its memory. */
export interface PlannedGraphs {
  readonly textEncoder?: Pick<TextEncoderPlan, 'graph' | 'own'> | undefined
  readonly textEncoder2: Pick<TextEncoderPlan, 'graph' | 'own'>
  readonly unet: Pick<UNetPlan, 'graph' | 'config' | 'weights'>
  readonly vae: VaePlan
}

/** The memory needs of each network. Guided calls have two rows, with and without the prompt. */
export function needsOf({ textEncoder, textEncoder2, unet, vae }: PlannedGraphs): NetworkNeed[] {
  return [
    ...(textEncoder ? [needOfText(textEncoder)] : []),
    needOfText(textEncoder2),
    needOfUNet(unet, vaeFactor(vae.config)),
    ...needsOfVae(vae),
  ]
}

export function needsOfVae(vae: VaePlan): NetworkNeed[] {
  return [needOfVae(vae, vae.decoder.graph), needOfVae(vae, vae.encoder.graph)]
}

/** A ControlNet runs in turn with the U-Net in every step, and with both rows at once at every low-memory level. */
export function needOfControlNet({ config, graph }: ControlNetPlan): NetworkNeed {
  const perPixel = (valueBytes: number) => bytesPerPixelOf(config, pxPerLatent(config), valueBytes)
  return {
    network: 'controlnet',
    ...memoryOf(graph),
    bytesPerPixel: perPixel(4),
    onCard: onCard(valueBytes => {
      const weightBytes = valueBytes * graph.parameters
      const need = needOnCard(weightBytes, perPixel(valueBytes))
      return [need, need, needOnCard(weightBytes, measuredShareOfUNet * perPixel(valueBytes))]
    }),
  }
}

/** An IP-Adapter's own networks run once for each picture that is a prompt. */
export function needsOfIpAdapter({ encoder, projection }: IpAdapterPlan): NetworkNeed[] {
  return [encoder, projection].map(graph => needOfWeights('image-encoder', graph))
}

/** The weights that an adapter adds to a U-Net. */
export function needInUNet({ unetParameters }: IpAdapterPlan): NetworkNeed {
  const weightBytes = bytesPerValue({}) * unetParameters
  return needOfWeights('unet', { parameters: unetParameters, weightBytes, kernelBytes: 0, cutBytes: 0 })
}

/** The need without the working memory of a run, which does not depend on the size of the picture here. */
function needOfWeights(
  network: NetworkNeed['network'],
  figures: WeightFigures & Pick<OnnxModel, 'parameters'>,
): NetworkNeed {
  return {
    network,
    ...memoryOf(figures),
    bytesPerPixel: 0,
    onCard: onCard(valueBytes => {
      const need = needOnCard(valueBytes * figures.parameters, 0)
      return [need, need, need]
    }),
  }
}

/** A text encoder's need. At the last low-memory level it runs on the CPU. */
function needOfText({ graph, own }: PlannedGraphs['textEncoder2']): NetworkNeed {
  return {
    network: 'text-encoder',
    ...memoryOf(graph),
    bytesPerPixel: 0,
    onCard: onCard(valueBytes => {
      const need = needOnCard(weightsOnCard(graph, own?.weights.found, valueBytes), 0)
      return [need, need, needOnCard(0, 0)]
    }),
  }
}

/** A U-Net's need. At the last low-memory level each row runs by itself, and only the measured memory is counted. */
function needOfUNet({ graph, config, weights }: PlannedGraphs['unet'], factor: number): NetworkNeed {
  const perPixel = (valueBytes: number) => bytesPerPixelOf(config, factor, valueBytes)
  return {
    network: 'unet',
    ...memoryOf(graph),
    bytesPerPixel: perPixel(4),
    onCard: onCard(valueBytes => {
      const weightBytes = weightsOnCard(graph, weights?.found, valueBytes)
      const need = needOnCard(weightBytes, perPixel(valueBytes))
      return [need, need, needOnCard(weightBytes, (measuredShareOfUNet * perPixel(valueBytes)) / 2)]
    }),
  }
}

/** The working memory of a guided call per pixel. Its two rows are with and without the prompt. `factor`: pixels per latent along a side. */
function bytesPerPixelOf(config: Pick<UNetConfig, 'levels'>, factor: number, valueBytes: number): number {
  return unetWorkingBytes(config, { batch: 2, heightLatent: 1, widthLatent: 1 }, valueBytes) / factor ** 2
}

/** A VAE's need. From the first low-memory level on, it runs on one tile at a time. */
function needOfVae({ config }: VaePlan, graph: NetworkGraph): NetworkNeed {
  const tilePixels = config.sampleSize ** 2
  return {
    network: 'vae',
    ...memoryOf(graph),
    bytesPerPixel: vaeWorkingBytes(config, 1),
    maxPixels: untiledPixels(config),
    onCard: onCard(halfBytes => {
      const valueBytes = config.needsFloat32 ? 4 : halfBytes
      const need = needOnCard(
        weightsOnCard(graph, undefined, valueBytes),
        vaeWorkingBytes(config, 1, valueBytes),
      )
      const tiled = { ...need, maxPixels: tilePixels }
      return [{ ...need, maxPixels: untiledPixels(config) }, tiled, tiled]
    }),
  }
}

function onCard(needs: (valueBytes: number) => NeedsOnCard): NetworkNeed['onCard'] {
  const of = (precision: Precision): NetworkNeed['onCard'][Precision] => [
    ...needs(bytesPerValue({ device: 'cuda:0', precision })),
  ]
  return { float32: of('float32'), float16: of('float16') }
}

/** The runtime rearranges weights in the memory of the host, and gives the card one copy. */
function needOnCard(weightBytes: number, bytesPerPixel: number): MemoryNeed {
  return { openingBytes: weightBytes, weightBytes, bytesPerPixel }
}

/** `found`: the model's own weights, because a card does not use cache files. */
function weightsOnCard(
  graph: NetworkGraph,
  found: ReadonlyMap<string, StoredTensor> | undefined,
  valueBytes: number,
): number {
  if ('path' in graph) return graph.weightBytes
  if (!found) return valueBytes * graph.parameters
  const elements = [...found.values()].map(({ shape }) => shape.reduce((count, size) => count * size, 1))
  return valueBytes * elements.reduce((sum, count) => sum + count, 0)
}
