/** Foreign ONNX graphs (optimum's layout): checks their inputs and outputs. */
import { AppError } from '../../../errors/errors.ts'
import type { OnnxPath } from '../../onnx/session.ts'
import { type OnnxFile, type OnnxPort, readOnnxFile } from '../../weights/onnx-file.ts'
import { clipNames } from '../clip.ts'
import type { ClipConfig } from '../configs/clip-config.ts'
import type { UNetConfig } from '../configs/unet-config.ts'
import { rgbChannels, type VaeConfig } from '../configs/vae-config.ts'
import { unetNames } from '../unet.ts'

/** The encoder or decoder of a VAE as a graph, with the names of its input and output. */
export interface VaeGraph<Graph> {
  readonly graph: Graph
  readonly input: string
  readonly output: string
}

/** SDXL uses the penultimate layer's states. @throws AppError 'model-file' when the graph does not match the config. */
export async function onnxTextEncoder(path: string, config: ClipConfig): Promise<OnnxPath> {
  const file = await readOnnxFile(path)
  findPort(path, file.inputs, clipNames.ids)
  findPort(path, file.outputs, clipNames.hidden(config.layers - 1))
  if (config.projectionSize !== undefined) findPort(path, file.outputs, clipNames.pooled)
  return { path, weightBytes: weightBytesOf(file) }
}

/** A foreign graph of a U-Net. @throws AppError 'model-file' when the graph does not match the config. */
export async function onnxUNet(path: string, config: UNetConfig, timeIdCount: number): Promise<OnnxPath> {
  const file = await readOnnxFile(path)
  const { inChannels, outChannels, contextWidth } = config
  const free = undefined
  checkPort(path, file.inputs, unetNames.sample, [free, inChannels, free, free])
  findPort(path, file.inputs, unetNames.timestep)
  checkPort(path, file.inputs, unetNames.context, [free, free, contextWidth])
  findPort(path, file.inputs, unetNames.pooled)
  checkPort(path, file.inputs, unetNames.timeIds, [free, timeIdCount])
  checkPort(path, file.outputs, unetNames.output, [free, outChannels, free, free])
  return { path, weightBytes: weightBytesOf(file) }
}

/** The foreign graphs of a VAE. @throws AppError 'model-file' when a graph does not match the config. */
export async function onnxVae(
  [decoder, encoder]: readonly [string, ...string[]],
  { latentChannels }: VaeConfig,
): Promise<{ decoder: VaeGraph<OnnxPath>; encoder: VaeGraph<OnnxPath> }> {
  return {
    decoder: await vaeGraph(decoder, rgbChannels),
    // The output must be mean and log variance. An encoder that returns latents has already drawn its own random numbers.
    encoder: await vaeGraph(encoder ?? decoder, 2 * latentChannels),
  }
}

async function vaeGraph(path: string, channels: number): Promise<VaeGraph<OnnxPath>> {
  const file = await readOnnxFile(path)
  const { inputs, outputs } = file
  const [input = nothing, output = nothing] = [inputs[0], outputs[0]]
  checkPort(path, outputs, output.name, [undefined, channels, undefined, undefined])
  return { graph: { path, weightBytes: weightBytesOf(file) }, input: input.name, output: output.name }
}

/** The size in the file, because foreign graphs run in their own types. */
function weightBytesOf({ bytesByType }: OnnxFile): number {
  return [...bytesByType.values()].reduce((sum, bytes) => sum + bytes, 0)
}

const nothing: OnnxPort = { name: '', shape: [] }

function findPort(file: string, ports: readonly OnnxPort[], name: string): OnnxPort {
  const port = ports.find(one => one.name === name)
  if (port) return port
  throw new AppError('model-file', { file, problem: { what: 'tensor-missing', tensor: name } })
}

/** expected: undefined for any dimension. A free dimension of the graph always matches. */
function checkPort(
  file: string,
  ports: readonly OnnxPort[],
  name: string,
  expected: readonly (number | undefined)[],
): void {
  const { shape } = findPort(file, ports, name)
  const isFitting =
    shape.length === expected.length &&
    shape.every((size, i) => size === undefined || expected[i] === undefined || size === expected[i])
  if (isFitting) return
  // A free dimension has no number.
  const shown = (sizes: readonly (number | undefined)[]) => sizes.map(size => size ?? 0)
  const problem = {
    what: 'tensor-shape',
    tensor: name,
    expected: shown(expected),
    found: shown(shape),
  } as const
  throw new AppError('model-file', { file, problem })
}
