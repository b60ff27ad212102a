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
  const [hash = ''] = await hashOnce(file, [''], cache, () => [new Section([everything])])
  return hash
}

/** Bytes of a file, from `offset` on. */
export interface ByteRange {
  readonly offset: number
  readonly length: number
}

const everything: ByteRange = { offset: 0, length: Number.POSITIVE_INFINITY }

/**
 * sha256, hex, of the file, and of each named section of it, read in one go. Ranges are in ascending order.
 * @throws AppError 'model-file'.
 */
export async function hashSections(
  file: string,
  sections: ReadonlyMap<string, readonly ByteRange[]>,
  cache: HashCache,
): Promise<{ file: string; sections: Map<string, string> }> {
  const names = [...sections.keys()]
  const [whole = '', ...rest] = await hashOnce(file, ['', ...names], cache, () => [
    new Section([everything]),
    ...[...sections.values()].map(ranges => new Section(ranges)),
  ])
  return { file: whole, sections: new Map(names.map((name, i) => [name, rest[i] ?? ''])) }
}

/** The hashes of those names, from the cache if it has them all. */
async function hashOnce(
  file: string,
  names: readonly string[],
  cache: HashCache,
  open: () => readonly Section[],
): Promise<string[]> {
  try {
    const { size, mtimeMs, ctimeMs, ino } = await stat(file)
    const fingerprint = `${size}-${mtimeMs}-${ctimeMs}-${ino}`
    const keys = names.map(name => (name === '' ? file : `${file}#${name}`))
    const known = keys.map(key => cache.get(key, fingerprint)).filter(hash => hash !== undefined)
    if (known.length === names.length) return known
    const hashes = await readThrough(file, open())
    for (const [i, key] of keys.entries()) cache.set(key, fingerprint, hashes[i] ?? '')
    return hashes
  } catch (error) {
    throw unreadableFile(file, error)
  }
}

async function readThrough(file: string, sections: readonly Section[]): Promise<string[]> {
  let at = 0
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) {
    if (!Buffer.isBuffer(chunk)) continue
    for (const section of sections) section.take(chunk, at)
    at += chunk.length
  }
  return sections.map(section => section.digest())
}

/** The hash of some ranges of a file that comes in chunks. */
class Section {
  readonly #sha = createHash('sha256')
  readonly #ranges: readonly ByteRange[]
  #next = 0

  constructor(ranges: readonly ByteRange[]) {
    this.#ranges = ranges
  }

  /** chunk: the file's bytes from `at` on. */
  take(chunk: Buffer, at: number): void {
    for (; this.#next < this.#ranges.length; this.#next++) {
      const { offset, length } = this.#ranges[this.#next] ?? everything
      if (offset >= at + chunk.length) return
      this.#sha.update(chunk.subarray(Math.max(0, offset - at), Math.min(chunk.length, offset + length - at)))
      if (offset + length > at + chunk.length) return
    }
  }

  digest(): string {
    return this.#sha.digest('hex')
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
