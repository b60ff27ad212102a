/**
 * Manages the open sessions of a device: a session is opened when it first runs, and closed when another one needs its
 * memory: on a CPU the least recently used first. With enough memory all sessions stay open. With less, text encoders are closed
 * after encoding, then the experts alternate, and at worst one network is open at a time.
 *
 * On a CPU the system ends a process that takes too much memory, so a session that does not fit alone is refused. A graphics card
 * refuses an allocation itself, and the needs are estimates: there the budget only decides which sessions close (docs/decisions/0018).
 */
import { AppError } from '../../../errors/errors.ts'
import { isCpu } from '../graph-variants.ts'
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

/**
 * The memory that an open session keeps on a card, as a multiple of its working memory. The runtime allocates in powers of two and
 * keeps the memory: after one picture an H200 held 17.6 GiB, with 6.5 GiB of weights and 5 GiB of counted working memory.
 */
const keptOnCard = 2

interface SessionEntry extends GraphMemory {
  readonly key: string
  readonly open: () => Promise<Session>
  session: Session | undefined
  /** The maximum working memory of a run so far, which the runtime keeps for the next run. */
  workingBytes: number
  /** The number of networks that use it; the entry is deleted with the last one. */
  users: number
  isRunning: boolean
}

export class Residency {
  /** Wraps every opening from now on; set by the code that runs an order. */
  opening: Opening = open => open()
  /** Whether only one session is open at a time, whatever the budget. */
  isAlone = false
  readonly #device: string
  readonly #isOnCard: boolean
  readonly budgetBytes: number
  #unshared = 0
  /** The least recently used first. */
  readonly #entries = new Map<string, SessionEntry>()

  constructor(device = 'cpu', budgetBytes = Number.POSITIVE_INFINITY) {
    this.#device = device
    this.#isOnCard = !isCpu({ device })
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
      const needsNoMore = entry.session && mostBytes === entry.workingBytes
      if (!needsNoMore || this.isAlone) await this.#makeRoomFor(entry, mostBytes)
      entry.session ??= await this.opening(entry.open)
      entry.workingBytes = mostBytes
      this.#entries.delete(entry.key)
      this.#entries.set(entry.key, entry)
      return await work(entry.session)
    } finally {
      entry.isRunning = false
    }
  }

  /** Closes other sessions as needed. @throws AppError 'memory-too-small' when the session does not fit alone in a CPU's memory. */
  async #makeRoomFor(entry: SessionEntry, workingBytes: number): Promise<void> {
    const { weightBytes, openingBytes, session } = entry
    const openBytes = weightBytes + workingBytes
    const neededBytes = session ? openBytes : Math.max(openBytes, openingBytes)
    const others = [...this.#entries.values()].filter(other => other !== entry && other.session)
    for (const other of this.#inTheWay(others, neededBytes)) await close(other)
    if (this.#isOnCard || neededBytes <= this.budgetBytes) return
    const details = { device: this.#device, neededBytes, budgetBytes: this.budgetBytes }
    throw new AppError('memory-too-small', details)
  }

  /**
   * The open sessions to close before `neededBytes` are used. On a card the sessions that take longest to open stay: networks run in a
   * cycle, and closing the least recently used session first would close every one of them.
   */
  #inTheWay(others: readonly SessionEntry[], neededBytes: number): SessionEntry[] {
    const idle = others.filter(other => !other.isRunning)
    if (this.isAlone) return idle
    const running = others.filter(other => other.isRunning)
    let roomBytes = running.reduce(
      (room, other) => room - this.#heldBy(other),
      this.budgetBytes - neededBytes,
    )
    const firstToStay = this.#isOnCard
      ? idle.toSorted((a, b) => b.weightBytes - a.weightBytes)
      : idle.toReversed()
    const inTheWay: SessionEntry[] = []
    for (const other of firstToStay) {
      const isFitting = this.#heldBy(other) <= roomBytes && (this.#isOnCard || inTheWay.length === 0)
      if (isFitting) roomBytes -= this.#heldBy(other)
      else inTheWay.push(other)
    }
    return inTheWay
  }

  #heldBy({ weightBytes, workingBytes }: SessionEntry): number {
    return weightBytes + (this.#isOnCard ? keptOnCard : 1) * workingBytes
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

/** A graph that can always run, and whose session stays open while there is memory. */
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
  return residency.session(full, memoryOf(graph, options.device), async () => {
    await beforeOpening?.()
    return Session.open(name, graph, options)
  })
}
