/** The interface of a family of low-rank updates: a module's factors, and the weight change that they produce. */
import type { Matrix } from './matrix.ts'

/** The roles of factors, named as in kohya's scripts and LyCORIS. Other programs' names are translated to these. */
export const roles = [
  'lora_down',
  'lora_up',
  'lora_up_bias',
  'lora_mid',
  'hada_w1_a',
  'hada_w1_b',
  'hada_w2_a',
  'hada_w2_b',
  'hada_t1',
  'hada_t2',
  'lokr_w1',
  'lokr_w1_a',
  'lokr_w1_b',
  'lokr_w2',
  'lokr_w2_a',
  'lokr_w2_b',
  'lokr_t2',
  'diff',
  'diff_b',
  'w_norm',
  'b_norm',
  'alpha',
  'dora_scale',
] as const
export type LoraRole = (typeof roles)[number]

export function isRole(text: string | undefined): text is LoraRole {
  return roles.some(role => role === text)
}

export type MatrixShape = readonly number[]
export type Shapes = Readonly<Partial<Record<LoraRole, MatrixShape>>>

/** A factor with its values, row-major. */
export interface Factor {
  readonly shape: MatrixShape
  readonly values: Float64Array
}
export type Factors = Readonly<Partial<Record<LoraRole, Factor>>>

/** Rows (outputs) and columns (inputs × kernel size). */
export type Extent = readonly [rows: number, columns: number]

export interface Family {
  /** A proper name: LoHa. */
  readonly name: string
  /** The module's tensor that it changes. */
  readonly changes: 'weight' | 'bias'
  /** The possible sets of factors, the largest first. A module has one complete set. */
  readonly needed: readonly (readonly LoraRole[])[]
  /** Optional factors. */
  readonly optional?: readonly LoraRole[]
  /** The extent of the change; undefined if the factors do not fit each other. */
  extentOf(shapes: Shapes): Extent | undefined
  /** The divisor of alpha; undefined if alpha has no effect. */
  rankOf(shapes: Shapes): number | undefined
  /** The change at weight 1, not scaled by alpha. shape: of the changed tensor. The factors must fit each other. */
  delta(factors: Factors, shape: MatrixShape): Matrix
}

/** The first set of the family's factors that a module has. */
export function factorsOf(family: Family, has: (role: LoraRole) => boolean): readonly LoraRole[] | undefined {
  const needed = family.needed.find(set => set.every(has))
  return needed && [...needed, ...(family.optional ?? []).filter(has)]
}
