/** The interface of weight sources: a tensor by its diffusers name, with the required shape. */
import { AppError } from '../../errors/errors.ts'
import type { StoredTensor } from './safetensors.ts'

/** A source of one network's weights. Each layout implements it. */
export interface WeightSource {
  /** The file or folder to name when a tensor is missing. */
  readonly place: string
  /**
   * The tensor with that name, if there is one.
   * wanted: the shape that the network requires. Sources without stored weights use it, and those whose linear layers may be 1×1 convolutions.
   */
  find(name: string, wanted: readonly number[]): StoredTensor | undefined
}

/** A matrix that the file stores as a 1×1 convolution, [out, in, 1, 1], such as those of a VAE's attention. */
export function asLinear(tensor: StoredTensor, wanted: readonly number[]): StoredTensor {
  const isConvolution = wanted.length === 2 && tensor.shape.slice(2).join() === '1,1'
  return isConvolution ? { ...tensor, shape: tensor.shape.slice(0, 2) } : tensor
}

/** Names of scales in 8-bit files, whether known or not. Those of inputs are for arithmetic in 8 bits. */
const scaleName = /weight[._]scale|scale[._]weight|scale_inv$/

/**
 * The same tensors. Scaled ones, as ComfyUI writes them in 8 bits, include their scale, a tensor of one number beside them.
 * @throws AppError 'model-file' when a scale is not one number, or when it scales no weight: that weight would be used without it.
 */
export function withScales(tensors: ReadonlyMap<string, StoredTensor>): Map<string, StoredTensor> {
  const used = new Set<StoredTensor>()
  const all = [...tensors].map(([name, tensor]) => {
    const scale = scaleOf(name, tensors)
    if (scale) used.add(scale)
    return [name, scale ? { ...tensor, scale } : tensor] as const
  })
  const unused = [...tensors].find(([name, tensor]) => scaleName.test(name) && !used.has(tensor))
  if (unused) {
    const [, { file, name }] = unused
    throw new AppError('model-file', { file, problem: { what: 'scale-unknown', tensor: name } })
  }
  return new Map(all)
}

/** The scale of a weight, under any of its known names. */
function scaleOf(name: string, tensors: ReadonlyMap<string, StoredTensor>): StoredTensor | undefined {
  if (!name.endsWith('.weight')) return undefined
  const layer = name.slice(0, -'weight'.length)
  const scale = tensors.get(`${layer}scale_weight`) ?? tensors.get(`${layer}weight_scale`)
  if (!scale || scale.shape.every(size => size === 1)) return scale
  throw new AppError('model-file', {
    file: scale.file,
    problem: { what: 'tensor-shape', tensor: scale.name, expected: [], found: [...scale.shape] },
  })
}

/** The weights below one module path, e.g. `down_blocks.1.resnets.0`. */
export interface Weights {
  /** Empty for the whole network. */
  readonly path: string
  /** The weights of a part: `w.at('resnets', 0)`. */
  at(...parts: (string | number)[]): Weights
  /**
   * The tensor `name` of this module.
   *
   * @example
   * w.at('resnets', 0).tensor('weight', [320, 320, 3, 3])
   *
   * @throws AppError 'model-file' when it is missing or has another shape.
   */
  tensor(name: string, shape: readonly number[]): StoredTensor
}

export function weightsOf(source: WeightSource, path = ''): Weights {
  const below = (...parts: (string | number)[]) => [...(path === '' ? [] : [path]), ...parts].join('.')
  return {
    path,
    at: (...parts) => weightsOf(source, below(...parts)),
    tensor(name, shape) {
      const full = below(name)
      const found = source.find(full, shape)
      if (!found)
        throw new AppError('model-file', {
          file: source.place,
          problem: { what: 'tensor-missing', tensor: full },
        })
      if (found.shape.length !== shape.length || found.shape.some((size, axis) => size !== shape[axis])) {
        throw new AppError('model-file', {
          file: found.file,
          problem: { what: 'tensor-shape', tensor: full, expected: [...shape], found: [...found.shape] },
        })
      }
      return found
    },
  }
}
