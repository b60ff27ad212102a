/** Owns a ControlNet that is open: what the U-Net is given and a picture in, residuals out. */
import { type Session, type Tensor, wanted } from '../onnx/session.ts'
import { controlNetNames, pxPerLatent } from './controlnet.ts'
import type { ControlNetConfig } from './controlnet-config.ts'
import type { ControlNet, UNetInput } from './networks.ts'
import { unetInputs } from './open-unet.ts'
import { residualPlaces } from './residuals.ts'

export class OpenControlNet implements ControlNet {
  readonly #config: ControlNetConfig
  readonly #session: Session

  constructor(config: ControlNetConfig, session: Session) {
    this.#config = config
    this.#session = session
  }

  get residualCount(): number {
    return residualPlaces(this.#config).length
  }

  async residuals(input: UNetInput, picture: Float32Array, scales: readonly number[]): Promise<Tensor[]> {
    const { batch, heightLatent, widthLatent } = input
    const factor = pxPerLatent(this.#config)
    const pictures = new Float32Array(batch * picture.length)
    for (let row = 0; row < batch; row++) pictures.set(picture, row * picture.length)
    const pictureShape = [batch, this.#config.pictureChannels, factor * heightLatent, factor * widthLatent]
    const places = residualPlaces(this.#config)
    const results = await this.#session.runAll(
      {
        ...unetInputs(input, this.#config.inChannels),
        [controlNetNames.picture]: { data: pictures, shape: pictureShape },
        [controlNetNames.scales]: { data: Float32Array.from(scales), shape: [places.length] },
      },
      places.map(({ name }) => name),
    )
    return places.map(({ name, channels, halvings }) => {
      const side = (latents: number) => Math.ceil(latents / 2 ** halvings)
      return { data: wanted(results, name), shape: [batch, channels, side(heightLatent), side(widthLatent)] }
    })
  }

  close(): Promise<void> {
    return this.#session.close()
  }
}
