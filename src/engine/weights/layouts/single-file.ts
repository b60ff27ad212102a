/** Single files: the tensors of one network in a file with several networks, under any of the known naming schemes. */
import { AppError } from '../../../errors/errors.ts'
import { controlNetNames } from '../names/controlnet-names.ts'
import type { NameTable } from '../names/name-table.ts'
import { openClipException, openClipNames } from '../names/open-clip-names.ts'
import { maxPerAxis, type UNetStructure, unetNames, unetStructure } from '../names/unet-names.ts'
import { vaeNames } from '../names/vae-names.ts'
import { readSafetensors, type StoredTensor } from '../safetensors.ts'
import { asLinear, type WeightSource } from '../source.ts'
import { diffusersSource } from './diffusers-folder.ts'

/** The naming schemes of tensors in a file: those of diffusers and transformers, and those of the original authors. */
export const namings = [
  'diffusers',
  'original-unet',
  'original-controlnet',
  'original-vae',
  'open-clip',
] as const
export type Naming = (typeof namings)[number]

type Tensors = ReadonlyMap<string, StoredTensor>

/**
 * The network whose tensor names begin with `prefix`, which may be empty.
 * @throws AppError 'model-file' when the file is truncated or invalid.
 */
export async function openFileWeights(file: string, prefix: string, naming: Naming): Promise<WeightSource> {
  return sourceInFile(file, below(await readSafetensors(file), prefix), naming)
}

/** The tensors with a prefix, keyed without it. Scaled tensors include their scale. */
export function below(tensors: Tensors, prefix: string): Map<string, StoredTensor> {
  const found = new Map<string, StoredTensor>()
  for (const [name, tensor] of tensors) {
    if (!name.startsWith(prefix)) continue
    const scale = scaleOf(name, tensors)
    found.set(name.slice(prefix.length), scale ? { ...tensor, scale } : tensor)
  }
  return found
}

/** The scale of a scaled weight, under any of its known names. @throws AppError 'model-file' when it is not one number. */
function scaleOf(name: string, tensors: Tensors): StoredTensor | undefined {
  if (!name.endsWith('.weight')) return undefined
  const layer = name.slice(0, -'weight'.length)
  const scale = tensors.get(`${layer}scale_weight`) ?? tensors.get(`${layer}weight_scale`)
  if (!scale || scale.shape.every(size => size === 1)) return scale
  throw new AppError('model-file', {
    file: scale.file,
    problem: { what: 'tensor-shape', tensor: scale.name, expected: [], found: [...scale.shape] },
  })
}

/**
 * A found tensor has its diffusers name, so a network's graph is the same whatever the file calls its weights. The runtime's
 * memory while it opens a graph depends on these names, too.
 * tensors: keyed without prefix. place: the name for errors.
 */
export function sourceInFile(place: string, tensors: Tensors, naming: Naming): WeightSource {
  const source = sourceNamed(place, tensors, naming)
  return {
    place,
    find(name, wanted) {
      const tensor = source.find(name, wanted)
      return tensor && { ...tensor, name }
    },
  }
}

function sourceNamed(place: string, tensors: Tensors, naming: Naming): WeightSource {
  switch (naming) {
    case 'diffusers':
      return diffusersSource(place, tensors)
    case 'original-unet':
      return originalUNet(place, tensors, unetNames)
    case 'original-controlnet':
      return originalUNet(place, tensors, controlNetNames)
    case 'original-vae':
      return originalVae(place, tensors)
    case 'open-clip':
      return openClip(place, tensors)
  }
}

function originalUNet(
  place: string,
  tensors: Tensors,
  namesOf: (structure: UNetStructure) => NameTable,
): WeightSource {
  const structure = unetStructure(name => tensors.has(name))
  const names = structure && namesOf(structure)
  return { place, find: name => tensors.get(names?.toOriginal(name) ?? '') }
}

function originalVae(place: string, tensors: Tensors): WeightSource {
  const names = vaeNames(...vaeExtent(name => tensors.has(name)))
  return {
    place,
    find(name, wanted) {
      const tensor = tensors.get(names.toOriginal(name) ?? '')
      return tensor && asLinear(tensor, wanted)
    },
  }
}

/** The number of levels, and the maximum number of ResNetBlocks in a level. */
function vaeExtent(has: (name: string) => boolean): [levels: number, layers: number] {
  const block = (level: number, layer: number) =>
    has(`encoder.down.${level}.block.${layer}.norm1.weight`) ||
    has(`decoder.up.${level}.block.${layer}.norm1.weight`)
  let [levels, layers] = [0, 0]
  while (levels < maxPerAxis && block(levels, 0)) levels++
  while (layers < maxPerAxis && block(0, layers)) layers++
  return [levels, layers]
}

function openClip(place: string, tensors: Tensors): WeightSource {
  const layers = [...tensors.keys()].filter(name => name.endsWith('.ln_1.weight')).length
  const names = openClipNames(layers)
  return {
    place,
    find(name) {
      const exception = openClipException(name)
      if (!exception) return tensors.get(names.toOriginal(name) ?? '')
      const tensor = tensors.get(exception.name)
      // diffusers' own script converts all names except that of the text projection, which it leaves as it is.
      if (!tensor) return tensors.get(name)
      if (exception.kind === 'third') return thirdOf(tensor, exception.third)
      return exception.kind === 'renamed'
        ? tensor
        : { ...tensor, shape: tensor.shape.toReversed(), isTransposed: true }
    },
  }
}

/** A third of the rows, as a range of the same bytes. */
function thirdOf(tensor: StoredTensor, third: 0 | 1 | 2): StoredTensor {
  const [rows = 0, ...rest] = tensor.shape
  const length = tensor.length / 3
  return { ...tensor, shape: [rows / 3, ...rest], offset: tensor.offset + third * length, length }
}
