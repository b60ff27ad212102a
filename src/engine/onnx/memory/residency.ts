/**
 * Manages the open sessions of a device: a session is opened when it first runs, and closed when another one needs its
 * memory, the least recently used first. With enough memory all sessions stay open. With less, text encoders are closed
 * after encoding, then the experts alternate, and at worst one network is open at a time.
 */
import { AppError } from '../../../errors/errors.ts'
import type { OnnxModel } from '../model.ts'
import { type OnnxPath, Session, type SessionOptions, type Tensor } from '../session.ts'
import { type GraphMemory, memoryOf } from './graph-memory.ts'

export interface ResidentOptions extends SessionOptions {
  /** What must be done before the session can open, at each opening. */
  readonly beforeOpening?: () => Promise<void>
  /** The memory that the sessions of a device share; absent: all stay open. */
  readonly residency?: Residency
}

/** Wraps the opening of a session, to announce it and to measure its time. */
export type Opening = (open: () => Promise<Session>) => Promise<Session>

interface SessionEntry extends GraphMemory {
  readonly key: string
  readonly open: () => Promise<Session>
  session: Session | undefined
  /** The maximum that a run needed besides the weights; the runtime keeps it for the next run. */
  workingBytes: number
  /** The number of networks that use it; the entry is deleted with the last one. */
  users: number
  isRunning: boolean
}

export class Residency {
  /** Wraps every opening from now on; set by the code that runs an order. */
  opening: Opening = open => open()
  /** Whether what runs shares the device with nothing else, whatever the budget. */
  isAlone = false
  readonly #device: string
  readonly budgetBytes: number
  #unshared = 0
  /** The least recently used first. */
  readonly #entries = new Map<string, SessionEntry>()

  constructor(device = 'cpu', budgetBytes = Number.POSITIVE_INFINITY) {
    this.#device = device
    this.budgetBytes = budgetBytes
  }

  /** The keys of open sessions, the least recently used first. */
  get open(): string[] {
    return [...this.#entries.values()].filter(({ session }) => session).map(({ key }) => key)
  }

  /**
   * A session that is opened when it first runs. Networks with the same key share one session. Without a key it is not
   * shared.
   */
  session(key: string | undefined, memory: GraphMemory, open: () => Promise<Session>): ResidentSession {
    const own = key ?? `unshared ${this.#unshared++}`
    const known = this.#entries.get(own)
    const entry: SessionEntry = known ?? {
      key: own,
      ...memory,
      open,
      session: undefined,
      workingBytes: 0,
      users: 0,
      isRunning: false,
    }
    entry.users += 1
    this.#entries.set(own, entry)
    return new ResidentSession({
      use: (workingBytes, work) => this.#use(entry, workingBytes, work),
      leave: () => this.#leave(entry),
    })
  }

  async #use<Result>(
    entry: SessionEntry,
    workingBytes: number,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    entry.isRunning = true
    try {
      const mostBytes = Math.max(entry.workingBytes, workingBytes)
      await this.#makeRoomFor(entry, mostBytes)
      entry.session ??= await this.opening(entry.open)
      entry.workingBytes = mostBytes
      this.#entries.delete(entry.key)
      this.#entries.set(entry.key, entry)
      return await work(entry.session)
    } finally {
      entry.isRunning = false
    }
  }

  /** @throws AppError 'memory-too-small' when it does not fit even alone. */
  async #makeRoomFor(entry: SessionEntry, workingBytes: number): Promise<void> {
    const { weightBytes, openingBytes, session } = entry
    const openBytes = weightBytes + workingBytes
    const neededBytes = session ? openBytes : Math.max(openBytes, openingBytes)
    const others = [...this.#entries.values()].filter(other => other !== entry && other.session)
    let heldBytes = others.reduce((sum, other) => sum + other.weightBytes + other.workingBytes, 0)
    for (const other of others) {
      if (!this.isAlone && heldBytes + neededBytes <= this.budgetBytes) return
      if (other.isRunning) continue
      heldBytes -= other.weightBytes + other.workingBytes
      await close(other)
    }
    if (neededBytes <= this.budgetBytes) return
    const details = { device: this.#device, neededBytes, budgetBytes: this.budgetBytes }
    throw new AppError('memory-too-small', details)
  }

  async #leave(entry: SessionEntry): Promise<void> {
    entry.users -= 1
    if (entry.users > 0) return
    this.#entries.delete(entry.key)
    await close(entry)
  }
}

/** Closes the session, which also frees the memory that the runtime kept. */
async function close(entry: SessionEntry): Promise<void> {
  const { session } = entry
  entry.session = undefined
  entry.workingBytes = 0
  await session?.close()
}

interface Use {
  use<Result>(workingBytes: number, work: (session: Session) => Promise<Result>): Promise<Result>
  leave(): Promise<void>
}

/** A graph that can always run, and stays open while there is memory. */
export class ResidentSession {
  readonly #use: Use

  constructor(use: Use) {
    this.#use = use
  }

  /** workingBytes: the memory of the run besides the weights. @throws as Session.open, Session.run and #makeRoomFor. */
  run(inputs: Readonly<Record<string, Tensor>>, output: string, workingBytes = 0): Promise<Float32Array> {
    return this.#use.use(workingBytes, session => session.run(inputs, output))
  }

  /** Several outputs by name. @throws as run. */
  runAll(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: readonly string[],
    workingBytes = 0,
  ): Promise<Map<string, Float32Array>> {
    return this.#use.use(workingBytes, session => session.runAll(inputs, outputs))
  }

  /** The graph's inputs by name. @throws as Session.open. */
  inputs(): Promise<Session['inputs']> {
    return this.#use.use(0, async session => session.inputs)
  }

  /** Releases the session. */
  close(): Promise<void> {
    return this.#use.leave()
  }
}

/** key: equal for equal weights in equal graphs; undefined for weights that are not shared. */
export function residentSession(
  name: string,
  key: string | undefined,
  graph: OnnxModel | OnnxPath,
  { residency = new Residency(), beforeOpening, ...options }: ResidentOptions = {},
): ResidentSession {
  const full = key === undefined ? undefined : `${name} ${key}`
  return residency.session(full, memoryOf(graph), async () => {
    await beforeOpening?.()
    return Session.open(name, graph, options)
  })
}
