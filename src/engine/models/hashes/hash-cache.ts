/** Caches the hashes of files, so that gigabytes are read once and not at every start. */
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'

/** Hashes by path, valid while the fingerprint (size, times, inode) stays the same. */
export interface HashCache {
  get(file: string, fingerprint: string): string | undefined
  set(file: string, fingerprint: string, hash: string): void
}

const cacheFile = z.record(
  z.string(),
  z.object({ fingerprint: z.string(), hash: z.string().regex(/^[0-9a-f]{64}$/) }),
)
type Entries = z.infer<typeof cacheFile>

/** A cache of a thousand models has about 2 MB; a larger file is not a cache. */
const maxBytes = 16 * 1024 * 1024

/**
 * A cache in one JSON file. It can always be recomputed: an unreadable file is replaced, and without write access the
 * cache stays in memory.
 */
export function fileHashCache(path: string): HashCache {
  const entries = new Map(Object.entries(readCache(path)))
  return {
    get(file, fingerprint) {
      const entry = entries.get(file)
      return entry?.fingerprint === fingerprint ? entry.hash : undefined
    },
    set(file, fingerprint, hash) {
      entries.set(file, { fingerprint, hash })
      // Another process may have added entries since.
      writeCache(path, { ...readCache(path), ...Object.fromEntries(entries) })
    },
  }
}

/** A cache for one run, which writes no file. */
export function memoryHashCache(): HashCache {
  const entries = new Map<string, string>()
  return {
    get: (file, fingerprint) => entries.get(`${file}\n${fingerprint}`),
    set: (file, fingerprint, hash) => entries.set(`${file}\n${fingerprint}`, hash),
  }
}

/** Searches each cache in order, and stores new hashes in the first. */
export function layeredHashCache(first: HashCache, ...others: readonly HashCache[]): HashCache {
  return {
    get(file, fingerprint) {
      for (const cache of [first, ...others]) {
        const hash = cache.get(file, fingerprint)
        if (hash !== undefined) return hash
      }
      return undefined
    },
    set: (file, fingerprint, hash) => first.set(file, fingerprint, hash),
  }
}

function readCache(path: string): Entries {
  try {
    if (!statSync(path).isFile() || statSync(path).size > maxBytes) return {}
    const parsed = cacheFile.safeParse(JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.data : {}
  } catch {
    return {}
  }
}

function writeCache(path: string, entries: Entries): void {
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(unfinished, JSON.stringify(entries, null, 1))
    renameSync(unfinished, path)
  } catch {
    // Models work without the cache.
    removeUnfinished(unfinished)
  }
}

/** If the folder cannot be made, there is no file to remove either. */
function removeUnfinished(file: string): void {
  try {
    rmSync(file, { force: true })
  } catch {}
}
