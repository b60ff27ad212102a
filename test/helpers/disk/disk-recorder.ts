/**
 * A disk that remembers in which order it was written to, so that a loss of power can be played at every moment of it: what
 * was forced to disk by then is there, and of everything later nothing, all, or any part.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** The database and its log, which SQLite forces to disk at the end of each transaction (synchronous = FULL). */
interface DatabaseFiles {
  database: Buffer
  log: Buffer
}

type Event =
  | { kind: 'made-folder'; path: string }
  | { kind: 'wrote' | 'synced-file'; file: number; bytes: Buffer }
  | { kind: 'created'; path: string; file: number }
  | { kind: 'renamed'; from: string; to: string }
  | { kind: 'removed'; path: string }
  | { kind: 'synced-folder'; path: string }
  | { kind: 'committed'; files: DatabaseFiles }
  /** Something that a person was told holds from then on, or does not any more. */
  | { kind: 'promised' | 'withdrawn'; promise: number }

/** What happened to that which was not forced to disk. */
export type Unsynced = 'lost' | 'kept' | ((bound: number) => number)

export class DiskRecorder {
  readonly events: Event[] = []
  #folder = ''
  #database: DatabaseFiles | undefined
  #files = 0
  #recording = false

  /** Forgets what was, and records what happens in the folder from now on. */
  begin(folder: string): void {
    this.#folder = folder
    this.#recording = true
    this.events.length = 0
    this.#database = undefined
    this.noteDatabase()
  }

  end(): void {
    this.noteDatabase()
    this.#recording = false
  }

  watches(path: string): boolean {
    return this.#recording && path.startsWith(this.#folder)
  }

  record(event: Event): void {
    this.noteDatabase()
    this.events.push(event)
  }

  newFile(): number {
    this.#files += 1
    return this.#files
  }

  /** SQLite writes by itself: each of its commits is seen at the next event. */
  noteDatabase(): void {
    if (!this.#recording) return
    const files = { database: readOf(this.#folder, ''), log: readOf(this.#folder, '-wal') }
    const before = this.#database
    if (before?.database.equals(files.database) && before.log.equals(files.log)) return
    this.#database = files
    this.events.push({ kind: 'committed', files })
  }

  /** What holds at that moment. */
  promisesAt(moment: number): Set<number> {
    const promises = new Set<number>()
    for (const event of this.events.slice(0, moment)) {
      if (event.kind === 'promised') promises.add(event.promise)
      if (event.kind === 'withdrawn') promises.delete(event.promise)
    }
    return promises
  }

  /** Makes `target` what the folder is after power was lost before the event of that number. */
  restore(moment: number, target: string, unsynced: Unsynced): void {
    rmSync(target, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    const disk = new Disk(path => path.slice(this.#folder.length + 1))
    for (const event of this.events.slice(0, moment)) disk.apply(event)
    const { entries, database } = disk.afterPowerLoss(unsynced)
    for (const [path, bytes] of entries)
      if (bytes === 'folder') mkdirSync(join(target, path), { recursive: true })
    for (const [path, bytes] of entries) if (bytes !== 'folder') writeFileSync(join(target, path), bytes)
    writeFileSync(join(target, 'easel.sqlite'), database.database)
    writeFileSync(join(target, 'easel.sqlite-wal'), this.#torn(moment, database, unsynced))
  }

  /** A transaction may have been under way: a part of what it adds to the log is there. */
  #torn(moment: number, { database, log }: DatabaseFiles, unsynced: Unsynced): Buffer {
    const next = this.events[moment]
    const grows =
      next?.kind === 'committed' &&
      next.files.database.equals(database) &&
      next.files.log.subarray(0, log.length).equals(log)
    if (!grows || typeof unsynced !== 'function') return log
    return next.files.log.subarray(0, log.length + unsynced(next.files.log.length - log.length))
  }
}

/** Directory entries and contents, as they are and as they are for certain. */
class Disk {
  readonly #relative: (path: string) => string
  readonly #contents = new Map<number, Buffer>()
  readonly #certainContents = new Map<number, Buffer>()
  readonly #entries = new Map<string, number | 'folder'>()
  #certainEntries = new Map<string, number | 'folder'>()
  /** Changes of entries that no sync of their folder has followed. */
  #pending: { folder: string; change: (entries: Map<string, number | 'folder'>) => void }[] = []
  #database: DatabaseFiles = { database: Buffer.alloc(0), log: Buffer.alloc(0) }

  constructor(relative: (path: string) => string) {
    this.#relative = relative
  }

  apply(event: Event): void {
    switch (event.kind) {
      case 'made-folder':
        this.#change(event.path, entries => entries.set(this.#relative(event.path), 'folder'))
        return
      case 'created':
        this.#change(event.path, entries => entries.set(this.#relative(event.path), event.file))
        return
      case 'removed':
        this.#change(event.path, entries => entries.delete(this.#relative(event.path)))
        return
      case 'renamed':
        this.#change(event.to, entries => {
          const file = entries.get(this.#relative(event.from))
          entries.delete(this.#relative(event.from))
          if (file !== undefined) entries.set(this.#relative(event.to), file)
        })
        return
      case 'wrote':
        this.#contents.set(event.file, event.bytes)
        return
      case 'synced-file':
        this.#certainContents.set(event.file, event.bytes)
        return
      case 'synced-folder': {
        const own = this.#pending.filter(({ folder }) => folder === event.path)
        for (const { change } of own) change(this.#certainEntries)
        this.#pending = this.#pending.filter(({ folder }) => folder !== event.path)
        return
      }
      case 'committed':
        this.#database = event.files
        return
      case 'promised':
      case 'withdrawn':
        return
    }
  }

  afterPowerLoss(unsynced: Unsynced): { entries: Map<string, Buffer | 'folder'>; database: DatabaseFiles } {
    const entries = new Map(this.#certainEntries)
    const kept =
      unsynced === 'lost' ? 0 : unsynced === 'kept' ? this.#pending.length : unsynced(this.#pending.length)
    for (const { change } of this.#pending.slice(0, kept)) change(entries)
    const whole = [...entries].flatMap(([path, file]): [string, Buffer | 'folder'][] => {
      // What lies in a folder that is not there is not there either.
      const folder = dirname(path)
      if (folder !== '.' && entries.get(folder) !== 'folder') return []
      return [[path, file === 'folder' ? file : this.#contentOf(file, unsynced)]]
    })
    return { entries: new Map(whole), database: this.#database }
  }

  #contentOf(file: number, unsynced: Unsynced): Buffer {
    const certain = this.#certainContents.get(file)
    if (certain) return certain
    const written = this.#contents.get(file) ?? Buffer.alloc(0)
    if (unsynced === 'kept') return written
    return unsynced === 'lost' ? Buffer.alloc(0) : written.subarray(0, unsynced(written.length))
  }

  #change(path: string, change: (entries: Map<string, number | 'folder'>) => void): void {
    change(this.#entries)
    this.#pending.push({ folder: dirname(path), change })
  }
}

function readOf(folder: string, suffix: string): Buffer {
  try {
    return readFileSync(join(folder, `easel.sqlite${suffix}`))
  } catch {
    return Buffer.alloc(0)
  }
}
