/** The interfaces of networks for the pipeline: float32 arrays in and out, independent of the runtime. */
import type { Tensor } from '../onnx/session.ts'
import type { UsedWeightFile } from '../weights/cached/used-weight-file.ts'
import type { RecordedSource } from '../weights/recorded-source.ts'
import type { WeightSource } from '../weights/source.ts'
import type { PlacedVector } from './clip.ts'
import type { LatentScaling } from './configs/vae-config.ts'
import type { ResidualSpec } from './residuals.ts'

/** A network whose weights can be replaced by others with the same names and shapes, such as weights with merged LoRAs. */
export interface ReplaceableWeights {
  /** The network's own weights, as used by its graph; undefined if they are inside a foreign graph. */
  readonly ownWeights: RecordedSource | undefined
  /**
   * Uses these weights from now on; undefined: the network's own. The session with the previous weights is closed first,
   * because each session holds all weights.
   */
  replaceWeights(weights: WeightSource | undefined): Promise<void>
}

/** One CLIP text encoder. */
export interface TextEncoder extends ReplaceableWeights {
  /** Runs on the CPU in float32 from now on, or on its device again. A foreign graph stays where it is. */
  useCpu(isOnCpu: boolean): Promise<void>
  readonly hiddenSize: number
  readonly layers: number
  /** Width of the pooled, projected output; undefined if the encoder has no projection (the first one). */
  readonly projectionSize: number | undefined
  /**
   * Hidden states counted from the end, without the final norm: layerFromEnd 2 is the penultimate (SDXL's),
   * 3 is clip skip 1, and so on.
   * ids: [rows, 77] flattened. vectors: vectors that replace a token's own embedding.
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
  /** [batch, inChannels, heightLatent, widthLatent]: latents scaled by the sampler, then the additional channels. */
  sample: Float32Array
  batch: number
  heightLatent: number
  widthLatent: number
  timestep: number
  /** [batch, tokens, crossAttentionDim]. The same array in a later call means the same prompt: its values never change. */
  context: Float32Array
  tokens: number
  /** [batch, projectionSize] */
  pooled: Float32Array
  /** [batch, 6 (Base) or 5 (Refiner)] */
  timeIds: Float32Array
  /** The residuals of ControlNets, in the order of `ControlNet.residuals`. */
  residuals?: readonly Tensor[]
  imagePrompts?: readonly ImagePromptInput[]
}

/** An image prompt of one U-Net call. */
export interface ImagePromptInput {
  readonly adapter: IpAdapter
  /** The tokens of one picture or of several, [batch, pictures · adapter.tokens, crossAttentionDim] */
  readonly tokens: Float32Array
  /** The scale in each of the U-Net's cross-attentions, in the order of `UNet.crossAttentions`. */
  readonly scales: readonly number[]
}

/** The weights of an IP-Adapter. */
export interface IpAdapter {
  /** The hash of its weights: adapters with equal hashes are the same. */
  readonly hash: string
  readonly weights: WeightSource
  /** Number of tokens per picture. */
  readonly tokens: number
}

/** The denoiser: Base or Refiner, depending on its config only. */
export interface UNet {
  readonly crossAttentionDim: number
  /** Time ids per row: 6 for the Base, 5 for the Refiner. */
  readonly timeIdCount: number
  /** Width of the sinusoids of each time id. */
  readonly timeIdWidth: number
  /** The residuals of ControlNets that it takes. */
  readonly residualSpecs: readonly ResidualSpec[]
  /** The module paths of all cross-attentions, in the order in which IP-Adapters number them. */
  readonly crossAttentions: readonly string[]
  /** Channels of `UNetInput.sample`: 4, or 9 in an inpainting U-Net. */
  readonly inChannels: number
  /**
   * The predicted noise (or v), [batch, 4, heightLatent, widthLatent].
   * Image prompts need another graph, see `ReusableUNet.load`.
   */
  predict(input: UNetInput): Promise<Float32Array>
}

/** A U-Net that can also run partially. */
export interface ReusableUNet extends UNet, ReplaceableWeights {
  /**
   * Prepares for calls whose image prompts use these adapters, one per prompt: their graph replaces the previous one.
   * `onLoading` is called if a graph must be loaded. Without this call, the next call loads it silently.
   */
  load(adapters: readonly IpAdapter[], onLoading: () => void): Promise<void>
  /** Like predict, and also returns the deeper levels' features, [batch, …], for `predictShallow` at a later step. */
  predictDeep(input: UNetInput): Promise<{ output: Float32Array; deep: Float32Array }>
  /** Runs the finest level alone over deep features of an earlier step: approximates predict at a fraction of the cost. */
  predictShallow(input: UNetInput, deep: Float32Array): Promise<Float32Array>
}

/** ControlNet: a copy of the U-Net's down blocks, which makes the U-Net follow a picture. */
export interface ControlNet {
  /** The residuals that it returns: one per skip tensor of the U-Net, and one for the middle block. */
  readonly residualSpecs: readonly ResidualSpec[]
  /**
   * The residuals for a U-Net call with the same input.
   * picture: [3, 8h, 8w] in 0..1, the same for all rows. scales: the scale of each residual.
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

/** The networks of an open model. Base: both encoders; Refiner: only the second. */
export interface Networks {
  readonly textEncoder?: TextEncoder
  readonly textEncoder2: TextEncoder
  readonly unet: ReusableUNet
  readonly vae: Vae
  /** The cache files that their weights come from. */
  readonly weightFiles: readonly UsedWeightFile[]
  /** Frees the sessions. */
  close(): Promise<void>
}
