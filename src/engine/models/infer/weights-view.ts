/** Owns looking at a network's weights to learn its configuration: counts of numbered modules, and shapes. */
import type { WeightSource } from '../../weights/source.ts'

/** What a config.json would hold. */
export type Json = Record<string, unknown>

/** More levels, layers or blocks than any network of this family has; what a hostile file claims beyond is not looked at. */
const most = 100

/** How many of 0, 1, 2 … there are in a row. */
export function countWhile(isThere: (index: number) => boolean): number {
  let count = 0
  while (count < most && isThere(count)) count++
  return count
}

export function hasTensor(source: WeightSource, name: string): boolean {
  return source.find(name, []) !== undefined
}

/** Empty where there is no such tensor. */
export function shapeIn(source: WeightSource, name: string): readonly number[] {
  return source.find(name, [])?.shape ?? []
}
