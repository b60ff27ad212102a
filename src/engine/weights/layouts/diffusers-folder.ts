/** The diffusers folder layout: the files of a component's folder with its weights, whole or in shards. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { z } from 'zod'
import { AppError } from '../../../errors/errors.ts'
import { readJsonFile, unreadableFile } from '../config-file.ts'
import { oldAttentionName } from '../names/vae-names.ts'
import { readSafetensors, type StoredTensor } from '../safetensors.ts'
import { asLinear, type WeightSource } from '../source.ts'

/** The three facts in a file name: `model`, a variant such as `fp16`, and whether it is an index of shards. */
const weightFile = /^(?<stem>model|diffusion_pytorch_model)(?:\.(?<variant>[\w-]+))?\.safetensors$/
const indexFile = /^(?:model|diffusion_pytorch_model)(?:\.[\w-]+)?\.safetensors\.index(?:\.[\w-]+)?\.json$/
const shardVariant = /-\d{5}-of-\d{5}/

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) })

/**
 * The weights in a component's folder (`unet/`, `vae/`, …). Of several variants the one with the shortest name counts, and
 * a whole file takes precedence over its shards.
 * @throws AppError 'model-file' when a file is missing, truncated or invalid.
 */
export async function openDiffusersFolder(folder: string): Promise<WeightSource> {
  const file = join(folder, await chooseFile(folder))
  const tensors = file.endsWith('.json') ? await readShards(folder, file) : await readSafetensors(file)
  return diffusersSource(file, tensors)
}

/** The files that `openDiffusersFolder` would read, including an index of shards. @throws as openDiffusersFolder. */
export async function diffusersWeightFiles(folder: string): Promise<string[]> {
  const file = join(folder, await chooseFile(folder))
  if (!file.endsWith('.json')) return [file]
  const shards = new Set(Object.values(await readIndex(file)))
  return [file, ...[...shards].sort().map(shard => join(folder, shard))]
}

/** Tensors with the names of any version of diffusers and transformers. */
export function diffusersSource(place: string, tensors: ReadonlyMap<string, StoredTensor>): WeightSource {
  return {
    place,
    find(name, wanted) {
      const others = [oldAttentionName(name), withoutTextModel(name)].filter(other => other !== undefined)
      const found = [name, ...others].map(one => tensors.get(one)).find(tensor => tensor !== undefined)
      return found && asLinear(found, wanted)
    },
  }
}

/** A text encoder that was saved by itself may lack the prefix of the enclosing model. */
function withoutTextModel(name: string): string | undefined {
  return name.startsWith(textModel) ? name.slice(textModel.length) : undefined
}

const textModel = 'text_model.'

async function chooseFile(folder: string): Promise<string> {
  let names: string[]
  try {
    names = await readdir(folder)
  } catch (error) {
    throw unreadableFile(folder, error)
  }
  const candidates = names.filter(name => isWhole(name) || indexFile.test(name))
  // The shortest name has no variant, and an index has a longer name than the whole file beside it.
  candidates.sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
  const [chosen] = candidates
  if (chosen !== undefined) return chosen
  const pickle = names.find(name => /\.(bin|ckpt|pt|pth)$/.test(name))
  throw new AppError('model-file', {
    file: folder,
    problem: pickle === undefined ? { what: 'no-weights' } : { what: 'only-pickle', name: pickle },
  })
}

function isWhole(name: string): boolean {
  return weightFile.test(name) && !shardVariant.test(name)
}

async function readShards(folder: string, index: string): Promise<Map<string, StoredTensor>> {
  const shards = new Map<string, Map<string, StoredTensor>>()
  const tensors = new Map<string, StoredTensor>()
  for (const [name, shard] of Object.entries(await readIndex(index))) {
    const inShard = shards.get(shard) ?? (await readSafetensors(join(folder, shard)))
    shards.set(shard, inShard)
    const tensor = inShard.get(name)
    if (!tensor) {
      const problem = { what: 'shard-lacks', tensor: name } as const
      throw new AppError('model-file', { file: join(folder, shard), problem })
    }
    tensors.set(name, tensor)
  }
  return tensors
}

/** Tensor name → file beside the index. */
async function readIndex(file: string): Promise<Record<string, string>> {
  const index = indexSchema.safeParse(await readJsonFile(file))
  if (!index.success)
    throw new AppError('model-file', { file, problem: { what: 'not-an-index' } }, index.error)
  const { weight_map: shards } = index.data
  const shard = Object.values(shards).find(name => basename(name) !== name || !name.endsWith('.safetensors'))
  if (shard !== undefined) throw new AppError('model-file', { file, problem: { what: 'shard-name', shard } })
  return shards
}
