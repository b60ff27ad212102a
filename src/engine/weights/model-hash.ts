/** The hash of a model folder, and a cache of file hashes so that gigabytes are read once, not at every start. */
import { createHash } from 'node:crypto'
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { z } from 'zod'
import { unreadableFile } from './config-file.ts'

/** Files that decide pictures: weights, configs, vocabularies. Read-me files and pictures do not. */
const decisive = /\.(safetensors|json|txt|onnx|onnx_data)$/

/** Hashes of files by path, valid while size, modification time and inode stay the same. */
export interface HashCache {
  get(file: string, fingerprint: string): string | undefined
  set(file: string, fingerprint: string, hash: string): void
}

const cacheFile = z.record(z.string(), z.object({ fingerprint: z.string(), hash: z.string() }))

/** A cache kept as one JSON file; an unreadable one is started anew, since it can always be recomputed. */
export function fileHashCache(path: string): HashCache {
  const entries = new Map(Object.entries(readCache(path)))
  return {
    get(file, fingerprint) {
      const entry = entries.get(file)
      return entry?.fingerprint === fingerprint ? entry.hash : undefined
    },
    set(file, fingerprint, hash) {
      entries.set(file, { fingerprint, hash })
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(`${path}.tmp`, JSON.stringify(Object.fromEntries(entries), null, 1))
      renameSync(`${path}.tmp`, path)
    },
  }
}

/** A cache for one run, where nothing may be written. */
export function memoryHashCache(): HashCache {
  const entries = new Map<string, string>()
  return {
    get: (file, fingerprint) => entries.get(`${file}\n${fingerprint}`),
    set: (file, fingerprint, hash) => entries.set(`${file}\n${fingerprint}`, hash),
  }
}

/** sha256, hex, over the sorted relative paths and contents of a folder's decisive files. */
export async function hashFolder(folder: string, cache: HashCache): Promise<string> {
  const total = createHash('sha256')
  for (const file of decisiveFiles(folder)) {
    const hash = await hashFile(file, cache)
    total.update(`${relative(folder, file).split(sep).join('/')}\0${hash}\n`)
  }
  return total.digest('hex')
}

async function hashFile(file: string, cache: HashCache): Promise<string> {
  const stat = statSync(file)
  const fingerprint = `${stat.size}-${stat.mtimeMs}-${stat.ino}`
  const known = cache.get(file, fingerprint)
  if (known) return known
  const sha = createHash('sha256')
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) sha.update(chunk)
  } catch (error) {
    throw unreadableFile(file, error)
  }
  const hash = sha.digest('hex')
  cache.set(file, fingerprint, hash)
  return hash
}

function decisiveFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      const path = join(folder, entry.name)
      if (entry.name.startsWith('.')) return []
      if (statSync(path).isDirectory()) return decisiveFiles(path)
      return decisive.test(entry.name) ? [path] : []
    })
}

function readCache(path: string): z.infer<typeof cacheFile> {
  try {
    const parsed = cacheFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}
