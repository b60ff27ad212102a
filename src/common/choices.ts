/** The choices of settings, requests and work orders. Flags, checks, schemas and types derive from these lists. */

/** The rules for the markup in prompts that an operator can set as the default: those of other programs. */
export const defaultSyntaxes = ['a1111', 'comfyui'] as const

export const promptSyntaxes = [...defaultSyntaxes, 'easel'] as const
export type PromptSyntax = (typeof promptSyntaxes)[number]

/** The spread of the sigmas over their range; `plain` keeps those of the timesteps. */
export const sigmaSpreads = ['plain', 'karras', 'exponential', 'beta'] as const
export type SigmaSpread = (typeof sigmaSpreads)[number]

/** The spacing of a run's timesteps among those of the training, by diffusers' names. */
export const timestepSpacings = ['leading', 'trailing', 'linspace'] as const
export type TimestepSpacing = (typeof timestepSpacings)[number]

/** The Refiner takes over within the schedule, or paints on the finished picture. */
export const refinerWays = ['ensemble', 'after'] as const
export type RefinerWay = (typeof refinerWays)[number]

/** SDXL's text encoders. */
export const textEncoders = ['first', 'second'] as const
export type TextEncoderName = (typeof textEncoders)[number]

/** The precision of the networks. Norms, softmax and sinusoids stay in float32, as in the reference. */
export const precisions = ['float32', 'float16'] as const
export type Precision = (typeof precisions)[number]

/** The forms of weights in a cache file: float32 that is mapped, or linear layers in 8-bit blocks. */
export const cachedForms = ['mapped', 'int8'] as const
export type CachedForm = (typeof cachedForms)[number]

/** The forms of a model's weights on a CPU; `float32` converts them whenever a network opens. */
export const weightForms = ['float32', ...cachedForms] as const

/** A device's worker is a thread of Easel's process or a process of its own. */
export const workerHosts = ['thread', 'process'] as const
export type WorkerHostKind = (typeof workerHosts)[number]

/** `silent`: only defects of Easel, because messages to people state that those are logged. */
export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]
