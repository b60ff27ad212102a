/** The contract of a family of low-rank updates: the factors of a module, and the change of a weight that they make. */
import type { Matrix } from './matrix.ts'

/** What a factor is, under the names of kohya's scripts and LyCORIS; other programs' names are translated to these. */
export const roles = [
  'lora_down',
  'lora_up',
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
export type Role = (typeof roles)[number]

export function isRole(text: string | undefined): text is Role {
  return roles.some(role => role === text)
}

export type Shape = readonly number[]
export type Shapes = Readonly<Partial<Record<Role, Shape>>>

/** A factor with its values, row-major. */
export interface Factor {
  readonly shape: Shape
  readonly values: Float64Array
}
export type Factors = Readonly<Partial<Record<Role, Factor>>>

/** Rows (outputs) and columns (inputs, times the size of a convolution's kernel). */
export type Extent = readonly [rows: number, columns: number]

export interface Family {
  /** A proper name: LoHa. */
  readonly name: string
  /** Which tensor of the module it changes. */
  readonly changes: 'weight' | 'bias'
  /** Sets of factors of which a module has one whole; the longest first. */
  readonly needed: readonly (readonly Role[])[]
  /** What it reads besides. */
  readonly optional?: readonly Role[]
  /** The extent of what the factors make; undefined where they do not fit each other. */
  extentOf(shapes: Shapes): Extent | undefined
  /** What alpha is divided by; undefined where alpha has no say. */
  rankOf(shapes: Shapes): number | undefined
  /** The change at a weight of 1, not scaled by alpha. shape: of what it changes. Factors fit each other. */
  delta(factors: Factors, shape: Shape): Matrix
}

/** The first set of the family's factors that a module has. */
export function factorsOf(family: Family, has: (role: Role) => boolean): readonly Role[] | undefined {
  const needed = family.needed.find(set => set.every(has))
  return needed && [...needed, ...(family.optional ?? []).filter(has)]
}
