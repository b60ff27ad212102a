/** An open ControlNet: the U-Net's input and a picture in, residuals out. */
import { AppError } from '../../../errors/errors.ts'
import { type ResidentOptions, type ResidentSession, residentSession } from '../../onnx/memory/residency.ts'
import { requireResult, type Tensor } from '../../onnx/session.ts'
import type { ControlNetConfig } from '../configs/controlnet-config.ts'
import { rgbChannels } from '../configs/vae-config.ts'
import { controlNetNames, pxPerLatent } from '../controlnet.ts'
import { bytesPerValue, unetWorkingBytes } from '../memory/working-memory.ts'
import type { ControlNet, UNet, UNetInput } from '../networks.ts'
import type { NetworkPart } from '../plan/parts.ts'
import { planControlNet } from '../plan/plan-controlnet.ts'
import { type ResidualSpec, residualSpecs } from '../residuals.ts'
import { unetInputs } from './open-unet.ts'

/** Opens a ControlNet for a U-Net. @throws AppError 'model-file' when a file cannot be used, 'model-config' when it was made for another U-Net. */
export async function openControlNet(
  part: NetworkPart,
  unet: UNet,
  options: ResidentOptions = {},
): Promise<ControlNet> {
  const { config, graph } = await planControlNet(part, unet, options)
  requireFitting(part.configFile, config, unet)
  const session = residentSession('controlnet', part.hash, graph, options)
  return new OpenControlNet(config, session, bytesPerValue(options))
}

/** Requires that the down blocks match those of the U-Net. */
function requireFitting(file: string, config: ControlNetConfig, unet: UNet): void {
  const refuse = (key: string, found: number, from: number) =>
    new AppError('model-config', { file, key, problem: { what: 'differs', found, key, from } })
  if (config.contextWidth !== unet.crossAttentionDim) {
    throw refuse('cross_attention_dim', config.contextWidth, unet.crossAttentionDim)
  }
  const specs = residualSpecs(config)
  if (specs.length !== unet.residualSpecs.length) {
    throw refuse('layers_per_block', specs.length, unet.residualSpecs.length)
  }
  for (const [i, { channels }] of specs.entries()) {
    const own = unet.residualSpecs[i]?.channels ?? 0
    if (channels !== own) throw refuse('block_out_channels', channels, own)
  }
}

export class OpenControlNet implements ControlNet {
  readonly residualSpecs: readonly ResidualSpec[]
  readonly #config: ControlNetConfig
  readonly #session: ResidentSession
  readonly #valueBytes: number

  /** valueBytes: of a value inside the graph. */
  constructor(config: ControlNetConfig, session: ResidentSession, valueBytes: number) {
    this.#config = config
    this.#session = session
    this.#valueBytes = valueBytes
    this.residualSpecs = residualSpecs(config)
  }

  async residuals(input: UNetInput, picture: Float32Array, scales: readonly number[]): Promise<Tensor[]> {
    const { batch, heightLatent, widthLatent } = input
    const factor = pxPerLatent(this.#config)
    const pictures = new Float32Array(batch * picture.length)
    for (let row = 0; row < batch; row++) pictures.set(picture, row * picture.length)
    const pictureShape = [batch, rgbChannels, factor * heightLatent, factor * widthLatent]
    const results = await this.#session.runAll(
      {
        ...unetInputs(input, this.#config.inChannels),
        [controlNetNames.picture]: { data: pictures, shape: pictureShape },
        [controlNetNames.scales]: { data: Float32Array.from(scales), shape: [scales.length] },
      },
      this.residualSpecs.map(({ name }) => name),
      unetWorkingBytes(this.#config, input, this.#valueBytes),
    )
    return this.residualSpecs.map(({ name, channels, halvings }) => {
      const side = (latents: number) => Math.ceil(latents / 2 ** halvings)
      return {
        data: requireResult(results, name),
        shape: [batch, channels, side(heightLatent), side(widthLatent)],
      }
    })
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
