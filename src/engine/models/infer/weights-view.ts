/** Queries on a network's weights for inferring its configuration: counts of numbered modules, and shapes. */
import type { WeightSource } from '../../weights/source.ts'

/** The content of a config.json. */
export type Json = Record<string, unknown>

/** The maximum number of levels, layers or blocks, above that of any known network. More, in a hostile file, are ignored. */
const most = 100

/** The number of consecutive indexes from 0 that exist. */
export function countWhile(isThere: (index: number) => boolean): number {
  let count = 0
  while (count < most && isThere(count)) count++
  return count
}

export function hasTensor(source: WeightSource, name: string): boolean {
  return source.find(name, []) !== undefined
}

/** The shape of a tensor; empty if there is no such tensor. */
export function shapeIn(source: WeightSource, name: string): readonly number[] {
  return source.find(name, [])?.shape ?? []
}
