/** Random weights with finite activations: a tensor's values depend on its name only. */
import { TorchRandom } from '../../src/engine/pipeline/denoising/torch-random.ts'
import { numberToHalf } from '../../src/engine/weights/number-types.ts'
import { elementsOf, type TensorSpec } from './tensors.ts'

/** Standard normal numbers, drawn once; a tensor's values are picks of them. Their count is that of a 16-bit index. */
const normals = new TorchRandom(0).randn(2 ** 16)
/** By mean and deviation. */
const halvesOf = new Map<string, Uint16Array>()

/** float16 values of a tensor, as their bits. seed: of the network that the tensor belongs to. */
export function randomHalves(seed: string, tensor: TensorSpec): Uint16Array {
  const halves = tableFor(tensor)
  const values = new Uint16Array(elementsOf(tensor))
  // xorshift32 (Marsaglia 2003): two indices from each of its states.
  let state = hash(`${seed}/${tensor.name}`) || 1
  for (let i = 0; i < values.length; i += 2) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    values[i] = halves[state & 0xffff] ?? 0
    values[i + 1] = halves[state >>> 16] ?? 0
  }
  return values
}

/**
 * A matrix or kernel keeps the variance of what it is given (deviation 1/√fan-in, Glorot and Bengio 2010), a norm's scale
 * is about one, a bias small: what blocks add to their inputs then has about the same size, however many there are.
 */
function tableFor({ name, shape: [, ...fanIn] }: TensorSpec): Uint16Array {
  if (fanIn.length > 0) return table(0, 1 / Math.sqrt(fanIn.reduce((product, size) => product * size, 1)))
  return name.endsWith('.weight') ? table(1, 0.05) : table(0, 0.02)
}

function table(mean: number, deviation: number): Uint16Array {
  const key = `${mean} ${deviation}`
  const known =
    halvesOf.get(key) ?? Uint16Array.from(normals, value => numberToHalf(mean + deviation * value))
  halvesOf.set(key, known)
  return known
}

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value
}
