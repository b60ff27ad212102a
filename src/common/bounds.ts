/** Bounds of the numbers in requests, independent of the model. Flags, forms, checks and schemas derive from them. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** The value that requests a random seed. */
export const randomSeed = -1

const fraction: Bounds = { min: 0, max: 1 }

export const bounds = {
  /** Pictures of one job: numbered buttons fill a row of at most five. */
  count: { min: 1, max: 4 },
  /** torch accepts more, but larger numbers are not exact in JSON; the margin is for the seeds of a set. */
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER - 1000 },
  /** The seed in a request: -1 means a random seed, as in A1111 and ComfyUI. */
  requestedSeed: { min: randomSeed, max: Number.MAX_SAFE_INTEGER - 1000 },
  guidance: { min: 0, max: 50 },
  guidanceRescale: fraction,
  /** Fractions of the schedule. */
  guidanceInterval: fraction,
  eta: fraction,
  churn: { min: 0, max: 1000 },
  /** At least one of the first text encoder's twelve layers must remain below the penultimate. */
  clipSkip: { min: 0, max: 10 },
  strength: fraction,
  /** A ControlNet or an image prompt with a scale above 2 spoils the picture. */
  controlScale: { min: 0, max: 2 },
  /** Fractions of the schedule. */
  controlRange: fraction,
  imagePromptScale: { min: 0, max: 2 },
  /** ControlNets, and image prompts, of one picture. Each is one more network at every step. */
  controls: { min: 1, max: 3 },
  imagePrompts: { min: 1, max: 3 },
  /** LoRAs of one picture, and the weight of each. Larger weights only spoil the picture. */
  loras: { min: 1, max: 16 },
  loraWeight: { min: -10, max: 10 },
  softEdge: { min: 0, max: 64 },
  maskPadding: { min: 0, max: 512 },
  /** Fractions of the schedule: each expert has a part of it. */
  refineSplit: { min: 0.01, max: 0.99 },
  /** Aesthetic scores that the Refiner was trained with. */
  refineScore: { min: 0, max: 10 },
} as const satisfies Record<string, Bounds>

/**
 * The maximum ratio of the longer side to the shorter one: SDXL was not trained on longer pictures, and a side of few pixels shows
 * nothing.
 */
export const maxAspectRatio = 4

/** The weight of a gateway. Gateways with work for a device share its time in proportion to their weights. */
export const gatewayWeights: Bounds = { min: 0.1, max: 10 }

/**
 * The maximum size of a person's picture file. A phone's camera makes up to 15 MB; a picture with more pixels than needed is scaled
 * down.
 */
export const maxPictureBytes = 20_000_000

/** The maximum length of the name of a file, model, sampler, schedule, preset or style in a request, in characters. */
export const maxNameCharacters = 200

/** The maximum length of a prompt that an operator may set, in code units. */
export const maxPromptCharacters = 10_000
