/** Owns the hashes of files, and a cache of them, so that gigabytes are read once and not at every start. */
import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { unreadableFile } from '../weights/config-file.ts'

/** Hashes of files by path, valid while size, times and inode stay the same. */
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

/** sha256, hex, of a file's bytes. @throws AppError 'model-file'. */
export async function hashFile(file: string, cache: HashCache): Promise<string> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(file)
    const fingerprint = `${size}-${mtimeMs}-${ctimeMs}-${ino}`
    const known = cache.get(file, fingerprint)
    if (known) return known
    const sha = createHash('sha256')
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) sha.update(chunk)
    const hash = sha.digest('hex')
    cache.set(file, fingerprint, hash)
    return hash
  } catch (error) {
    throw unreadableFile(file, error)
  }
}

/** sha256, hex, of texts in their order, each closed so that no two lists agree by accident. */
export function hashTexts(...texts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex')
}

function readCache(path: string): z.infer<typeof cacheFile> {
  try {
    const parsed = cacheFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}
