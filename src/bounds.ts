/** Bounds of the numbers that people may ask for, whatever the model. Flags, forms, checks and schemas derive from these. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** What people ask for to have a seed by chance. */
export const randomSeed = -1

const fraction: Bounds = { min: 0, max: 1 }

export const bounds = {
  /** Pictures of one job: numbered buttons fill a row of at most five. */
  count: { min: 1, max: 4 },
  /** torch takes more, but beyond this a number does not survive JSON; room is left for the seeds of a set. */
  seed: { min: 0, max: Number.MAX_SAFE_INTEGER - 1000 },
  /** The same as it may be asked for: -1 is a seed by chance, as A1111 and ComfyUI have it. */
  seedAsked: { min: randomSeed, max: Number.MAX_SAFE_INTEGER - 1000 },
  guidance: { min: 0, max: 50 },
  guidanceRescale: fraction,
  /** Fractions of the schedule. */
  guidanceInterval: fraction,
  eta: fraction,
  churn: { min: 0, max: 1000 },
  /** Of the twelve layers of the first text encoder, one at least must be left below the penultimate. */
  clipSkip: { min: 0, max: 10 },
  strength: fraction,
  /** Beyond twice its say a ControlNet or an image prompt spoils the picture. */
  controlScale: { min: 0, max: 2 },
  /** Fractions of the schedule. */
  controlRange: fraction,
  imagePromptScale: { min: 0, max: 2 },
  /** ControlNets, and image prompts, of one picture: each is a network more at every step. */
  controls: { min: 1, max: 3 },
  imagePrompts: { min: 1, max: 3 },
  /** LoRAs of one picture, and what each may be multiplied by: beyond that they only spoil it. */
  loras: { min: 1, max: 16 },
  loraWeight: { min: -10, max: 10 },
  softEdge: { min: 0, max: 64 },
  maskPadding: { min: 0, max: 512 },
  refineSplit: { min: 0.01, max: 0.99 },
  /** Aesthetic scores that the Refiner was trained with. */
  refineScore: { min: 0, max: 10 },
} as const satisfies Record<string, Bounds>
