/** Compares module outputs with golden ones, which are complete or stored as corners and sums. */
import { type Check, compare } from './case.ts'
import type { Tensors } from './tensors.ts'

/** A golden tensor `hook.<module path>`, or a part of a large one. */
interface Hook {
  name: string
  path: string
  part: 'whole' | { corner: 'first' | 'last'; side: number } | { sum: 'sum' | 'abs_sum' }
}

const pattern =
  /^hook\.(?<path>.+?)(?:\.(?:(?<corner>first|last)(?<side>\d+)x\d+|(?<sum>sum|abs_sum)_over_hw_f64))?$/

/** Module paths that the file has golden outputs of. */
export function hookPaths(golden: Tensors): string[] {
  return [...new Set(hooksOf(golden).map(hook => hook.path))]
}

/** Every golden hook among `paths` against ours, as flat arrays in the same order. */
export function compareHooks(
  ours: ReadonlyMap<string, Float32Array>,
  golden: Tensors,
  limit: number,
): Check[] {
  return hooksOf(golden).flatMap(hook => {
    const values = ours.get(hook.path)
    return values ? [compareHook(hook, values, golden, limit)] : []
  })
}

function hooksOf(golden: Tensors): Hook[] {
  return golden.names.flatMap(name => {
    const groups = pattern.exec(name)?.groups
    if (!groups?.path) return []
    return [{ name, path: groups.path, part: partOf(groups) }]
  })
}

function partOf({ corner, side, sum }: Record<string, string | undefined>): Hook['part'] {
  if (corner === 'first' || corner === 'last') return { corner, side: Number(side) }
  if (sum === 'sum' || sum === 'abs_sum') return { sum }
  return 'whole'
}

function compareHook({ name, path, part }: Hook, ours: Float32Array, golden: Tensors, limit: number): Check {
  const expected = golden.get(name)
  if (part === 'whole') return compare(path, ours, expected.data, limit)

  const [batch = 0, channels = 0] = expected.shape
  const planes = Array.from({ length: batch * channels }, (_, i) => {
    const size = ours.length / (batch * channels)
    return ours.subarray(i * size, (i + 1) * size)
  })
  if ('sum' in part) {
    const sums = planes.map(plane =>
      plane.reduce((sum, x) => sum + (part.sum === 'sum' ? x : Math.abs(x)), 0),
    )
    // Rounding errors of n values add up like a random walk; the golden sum itself is stored as float32.
    const largest = Math.max(...sums.map(Math.abs))
    const count = ours.length / sums.length
    return compare(
      `${path} (${part.sum})`,
      sums,
      expected.data,
      limit * Math.sqrt(count) + largest * 2 ** -23,
    )
  }
  const { corner, side } = part
  const width = rowWidth(golden, path, ours.length / (batch * channels))
  const corners = planes.flatMap(plane => cornerOf(plane, width, side, corner))
  return compare(`${path} (${corner} ${side}×${side})`, corners, expected.data, limit)
}

/** The width of a plane of `size` values, which a corner alone does not tell: the case's aspect ratio does. */
function rowWidth(golden: Tensors, path: string, size: number): number {
  const reference = ['sample', 'image'].find(name => golden.has(name))
  if (!reference) throw new Error(`nothing says how wide the picture of ${path} is`)
  const [, , height = 1, width = 1] = golden.get(reference).shape
  return Math.round(Math.sqrt((size * width) / height))
}

function cornerOf(plane: Float32Array, width: number, side: number, corner: 'first' | 'last'): number[] {
  const height = plane.length / width
  const top = corner === 'first' ? 0 : height - side
  const left = corner === 'first' ? 0 : width - side
  return Array.from({ length: side }, (_, y) => [
    ...plane.subarray((top + y) * width + left, (top + y) * width + left + side),
  ]).flat()
}
