/** Chooses the graph variant for a device. Variants are chosen here only. */
import type { Precision } from '../../common/choices.ts'
import { isCpuName } from '../../common/device-names.ts'
import { Graph } from './graph.ts'
import type { Expose } from './graph-builder.ts'
import { cpu } from './variants/cpu.ts'
import { cuda } from './variants/cuda.ts'
import { portable } from './variants/portable.ts'
import type { Variant } from './variants/variant.ts'

/** The variants. All give the same numbers, within their precision. */
const variants = {
  'portable float32': portable('float32'),
  'portable float16': portable('float16'),
  'cpu float32': cpu({ least: 320, maxInTilesOf: { 4: 768, 2: 1280 }, maxInPieces: 768 }),
  'cuda float32': cuda('float32'),
  'cuda float16': cuda('float16'),
} as const

export type VariantName = keyof typeof variants

/** Options for building a graph. */
export interface GraphOptions {
  readonly variant?: VariantName | Variant
  readonly expose?: Expose
}

export function newGraph(name: string, options: GraphOptions = {}): Graph {
  const { variant = 'portable float32', expose } = options
  return new Graph(name, typeof variant === 'string' ? variants[variant] : variant, expose)
}

/** The device and the precision that graphs are built for. */
export interface Target {
  /** `cpu` (when undefined), `webgpu`, `cuda:0` … */
  readonly device?: string
  /** float32 when undefined. */
  readonly precision?: Precision
}

export function variantFor({ device = 'cpu', precision = 'float32' }: Target): VariantName {
  return device.startsWith('cuda:') ? `cuda ${precision}` : `portable ${precision}`
}

/**
 * The variants of a U-Net, the fastest first; later variants need less memory. A VAE has only one, because its values are as large as
 * the picture, and a transform makes them four times as large.
 */
export function unetVariantsFor(target: Target): readonly VariantName[] {
  const variant = variantFor(target)
  return isCpu(target) && variant === 'portable float32' ? ['cpu float32', variant] : [variant]
}

export function isCpu({ device = 'cpu' }: Pick<Target, 'device'>): boolean {
  return isCpuName(device)
}
