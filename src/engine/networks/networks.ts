/** The kinds of network as the pipeline sees them: float32 arrays in and out, whatever runs them. */
import type { Tensor } from '../onnx/session.ts'
import type { RecordedSource } from '../weights/recorded-source.ts'
import type { WeightSource } from '../weights/source.ts'
import type { PlacedVector } from './clip.ts'
import type { ResidualPlace } from './residuals.ts'
import type { LatentScaling } from './vae-config.ts'

/** A network over weights that can be exchanged for others of the same names and shapes, such as weights with LoRAs in them. */
export interface Exchangeable {
  /** Its own weights, as far as its graph asks for them; undefined where only a graph of another maker knows them. */
  readonly ownWeights: RecordedSource | undefined
  /**
   * Computes with these from now on; undefined: with its own. What computed with those before is closed first, since each
   * holds all weights.
   */
  exchangeWeights(weights: WeightSource | undefined): Promise<void>
}

/** One CLIP text encoder. */
export interface TextEncoder extends Exchangeable {
  readonly hiddenSize: number
  readonly layers: number
  /** Width of the pooled, projected output; undefined where the encoder has no projection (the first one). */
  readonly projectionSize: number | undefined
  /**
   * Hidden states counted from the end, without the final norm: layerFromEnd 2 is the penultimate (SDXL's),
   * 3 is clip skip 1, and so on.
   * ids: [rows, 77] flattened. vectors: what stands in place of a token's own embedding.
   * Returns hidden [rows, 77, hiddenSize] and pooled [rows, projectionSize].
   */
  encode(
    ids: Int32Array,
    layerFromEnd: number,
    vectors?: readonly PlacedVector[],
  ): Promise<{ hidden: Float32Array; pooled?: Float32Array }>
}

/** One U-Net call's input. */
export interface UNetInput {
  /** [batch, inChannels, heightLatent, widthLatent]: latents already scaled by the sampler, then what lies beside them. */
  sample: Float32Array
  batch: number
  heightLatent: number
  widthLatent: number
  timestep: number
  /** [batch, tokens, crossAttentionDim] */
  context: Float32Array
  tokens: number
  /** [batch, projectionSize] */
  pooled: Float32Array
  /** [batch, 6 (Base) or 5 (Refiner)] */
  timeIds: Float32Array
  /** What ControlNets add, in the order of `ControlNet.residuals`. */
  residuals?: readonly Tensor[]
  imagePrompts?: readonly ImagePromptInput[]
}

/** A picture as a prompt, as one call of the U-Net is given it. */
export interface ImagePromptInput {
  readonly adapter: IpAdapter
  /** [batch, adapter.tokens, crossAttentionDim] */
  readonly tokens: Float32Array
  /** How strongly each of the U-Net's cross-attentions looks at it, in the order of `UNet.crossAttentions`. */
  readonly scales: readonly number[]
}

/** Weights that let a U-Net look at pictures (IP-Adapter). */
export interface IpAdapter {
  /** Of its weights: adapters of one hash are the same. */
  readonly hash: string
  readonly weights: WeightSource
  /** Tokens that a picture becomes. */
  readonly tokens: number
}

/** The denoiser: Base or Refiner, by its config alone. */
export interface UNet {
  readonly crossAttentionDim: number
  /** Time ids per row: 6 for the Base, 5 for the Refiner. */
  readonly timeIdCount: number
  /** Of the sinusoids of each of them. */
  readonly timeIdWidth: number
  /** Where ControlNets may add something. */
  readonly places: readonly ResidualPlace[]
  /** The module paths of all cross-attentions, in the order in which IP-Adapters number them. */
  readonly crossAttentions: readonly string[]
  /** Of `UNetInput.sample`: 4, or 9 where it was made for inpainting. */
  readonly inChannels: number
  /**
   * The predicted noise (or v), [batch, 4, heightLatent, widthLatent].
   * Image prompts need a graph of their own, see `ReusableUNet.load`.
   */
  predict(input: UNetInput): Promise<Float32Array>
}

/** A U-Net that can be run in part. */
export interface ReusableUNet extends UNet, Exchangeable {
  /**
   * Makes ready for calls whose image prompts have these adapters, one per prompt: their graph takes the place of the one
   * before. `onLoading` is called where that means loading; calls would load by themselves, without a word.
   */
  load(adapters: readonly IpAdapter[], onLoading: () => void): Promise<void>
  /** Like predict, and what the deeper levels had to say, [batch, …]: for `predictShallow` at a later step. */
  predictDeep(input: UNetInput): Promise<{ output: Float32Array; deep: Float32Array }>
  /** Runs the finest level alone over deep features of an earlier step: near the full result, for a fraction of it. */
  predictShallow(input: UNetInput, deep: Float32Array): Promise<Float32Array>
}

/** What makes a U-Net follow a picture: a copy of its way down. */
export interface ControlNet {
  /** Where its residuals are added: one per result of the U-Net's way down, and the middle's. */
  readonly places: readonly ResidualPlace[]
  /**
   * What to add inside the U-Net when it is called with the same input.
   * picture: [3, 8h, 8w] in 0..1, the same for all rows. scales: what each residual is multiplied by.
   */
  residuals(input: UNetInput, picture: Float32Array, scales: readonly number[]): Promise<Tensor[]>
  close(): Promise<void>
}

/** The picture codec. */
export interface Vae {
  readonly scaling: LatentScaling
  /** Side of a tile in pixels when tiling (the config's sample_size). */
  readonly sampleSize: number
  /** Pixels per latent: 2 to the number of downsamplers, 8 in SDXL. */
  readonly factor: number
  /** latents [batch,4,h,w], already unscaled -> pixels [batch,3,8h,8w] in about -1..1. */
  decode(
    latents: Float32Array,
    batch: number,
    heightLatent: number,
    widthLatent: number,
  ): Promise<Float32Array>
  /** pixels [batch,3,H,W] in -1..1 -> moments [batch,8,H/8,W/8]: mean, then log variance (not clamped). */
  encode(pixels: Float32Array, batch: number, heightPx: number, widthPx: number): Promise<Float32Array>
}

/** A model opened for use. Base: both encoders; Refiner: only the second. */
export interface Networks {
  readonly textEncoder?: TextEncoder
  readonly textEncoder2: TextEncoder
  readonly unet: ReusableUNet
  readonly vae: Vae
  /** Frees the sessions. */
  close(): Promise<void>
}
