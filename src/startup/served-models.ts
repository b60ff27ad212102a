/** Lists the models and files that a gateway's machines may fetch: those of its catalogue, with the files that a library reads. */
import { readdir, stat } from 'node:fs/promises'
import { basename, isAbsolute, join, relative, sep } from 'node:path'
import { refinerNameOf } from '../common/refiner-name.ts'
import type { Config } from '../config/config.ts'
import { type FileHasher, hashFile, isInside } from '../engine/models/hashes/file-hashes.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import type { ExpertRecord } from '../engine/models/record.ts'
import type { Storage } from '../engine/models/storage.ts'
import type { NetworkPart } from '../engine/networks/plan/parts.ts'
import { diffusersWeightFiles } from '../engine/weights/layouts/diffusers-folder.ts'
import { loraFileOf } from '../engine/weights/lora/open-lora.ts'
import { isPortable } from '../remote/models/model-messages.ts'
import type { ServedFile, ServedModel } from '../remote/models/model-server.ts'
import type { Reference } from '../remote/presence/records.ts'

/** Configs and vocabularies in a model's folder, besides its weights. */
const textFile = /\.(json|txt|model)$/
const graphFile = /\.onnx(_data|\.data)?$/

/** An entry of the models folders. `networks`: those with weights of their own. `isLora`: its weights are no network's. */
interface ServedEntry extends Reference {
  storage: Storage
  isLora?: boolean
  networks: readonly (NetworkPart | undefined)[]
}

/** Models come before files that are used with them. Entries whose names other systems do not permit are omitted. */
export function servedModels(
  catalogue: Pick<ModelCatalogue, 'models' | 'files'>,
  config: Pick<Config, 'modelsDir' | 'extraModelDirs'>,
  hasher: FileHasher,
): ServedModel[] {
  return entriesOf(catalogue).flatMap(entry => {
    const place = placeOf(entry.storage.path, config)
    if (place.length === 0 || !isPortable(place)) return []
    const { name, hash } = entry
    return [{ name, hash, place, files: () => filesOf(entry, hasher) }]
  })
}

function entriesOf({ models, files }: Pick<ModelCatalogue, 'models' | 'files'>): ServedEntry[] {
  const entryOf = (name: string, { hash, storage, parts }: ExpertRecord): ServedEntry => ({
    name,
    hash,
    storage,
    networks: Object.values(parts.networks),
  })
  return [
    ...models.map(model => entryOf(model.name, model)),
    ...models.flatMap(({ name, refiner }) => (refiner ? [entryOf(refinerNameOf(name), refiner)] : [])),
    ...files.map(({ name, hash, storage, ...file }) => ({
      name,
      hash,
      storage,
      isLora: file.kind === 'lora',
      networks: [file.vae, file.controlNet, file.imageEncoder],
    })),
  ]
}

/** The path of an entry below its models folder. At that path, a scan elsewhere finds the same name. */
function placeOf(path: string, { modelsDir, extraModelDirs }: Pick<Config, 'modelsDir' | 'extraModelDirs'>) {
  for (const root of [modelsDir, ...extraModelDirs]) {
    const below = relative(root, path)
    if (isAbsolute(below) || below === '..' || below.startsWith(`..${sep}`)) continue
    // A configured folder may be a model itself.
    if (below === '') return [basename(root)]
    const [first = '', ...rest] = below.split(sep)
    // The whole folder of another program has its models in models/.
    return root !== modelsDir && first === 'models' ? rest : [first, ...rest]
  }
  return []
}

async function filesOf(
  { storage, isLora, networks }: ServedEntry,
  hasher: FileHasher,
): Promise<ServedFile[]> {
  const { path: root, layout } = storage
  if (layout === 'file') return [await describe(root, root, hasher)]
  const chosen = new Set<string>()
  for (const file of await filesBelow(root)) {
    if (textFile.test(file) || (layout === 'onnx' && graphFile.test(file))) chosen.add(file)
  }
  if (isLora) chosen.add(loraFileOf(storage))
  for (const network of networks) {
    const weights = network?.weights
    if (weights?.layout !== 'folder' || !isInside(weights.folder, [root])) continue
    for (const file of await diffusersWeightFiles(weights.folder)) chosen.add(file)
  }
  return Promise.all([...chosen].sort().map(file => describe(root, file, hasher)))
}

async function describe(root: string, file: string, hasher: FileHasher): Promise<ServedFile> {
  const path = file === root ? [] : relative(root, file).split(sep)
  return { path, file, bytes: (await stat(file)).size, sha256: await hashFile(file, hasher) }
}

/** Regular files in a folder and the folders of its parts, without hidden ones. */
async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const name of (await readdir(folder)).filter(one => !one.startsWith('.'))) {
    const path = join(folder, name)
    if ((await stat(path)).isDirectory()) {
      for (const part of await readdir(path)) found.push(join(path, part))
    } else found.push(path)
  }
  return found
}
