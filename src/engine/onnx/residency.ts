/**
 * Owns which sessions a device holds: each is opened when it first runs, and closed when others need its room. What was run
 * longest ago goes first, so that with room for all everything stays; with less, text encoders go once they have encoded,
 * experts take turns, and at the least a network is alone.
 */
import { AppError } from '../../errors.ts'
import type { OnnxModel } from './model.ts'
import { type OnnxPath, Session, type SessionOptions, type Tensor } from './session.ts'
import { openingBytesOf, weightBytesOf } from './weight-bytes.ts'

export interface ResidentOptions extends SessionOptions {
  /** What the sessions share a device's memory by; without, all stay open. */
  readonly residency?: Residency
}

/** Stands around the opening of a session: says so, and books the time. */
export type Opening = (open: () => Promise<Session>) => Promise<Session>

interface Entry {
  readonly key: string
  readonly weightBytes: number
  readonly open: () => Promise<Session>
  session: Session | undefined
  /** The most that a run has needed besides the weights: the runtime keeps it for the next one. */
  workingBytes: number
  /** Networks that use it; it is forgotten with the last one. */
  users: number
  isRunning: boolean
}

export class Residency {
  /** Around every opening from now on; whoever runs an order sets it. */
  opening: Opening = open => open()
  readonly #device: string
  readonly #budgetBytes: number
  #unshared = 0
  /** The one that ran longest ago first. */
  readonly #entries = new Map<string, Entry>()

  constructor(device = 'cpu', budgetBytes = Number.POSITIVE_INFINITY) {
    this.#device = device
    this.#budgetBytes = budgetBytes
  }

  /** Keys of what is open, the one that ran longest ago first. */
  get open(): string[] {
    return [...this.#entries.values()].filter(({ session }) => session).map(({ key }) => key)
  }

  /**
   * A session to be opened when it first runs. Those of one key are one: networks of the same weights share it. Without a key
   * it is its user's alone.
   */
  session(key: string | undefined, weightBytes: number, open: () => Promise<Session>): ResidentSession {
    const own = key ?? `unshared ${this.#unshared++}`
    const known = this.#entries.get(own)
    const entry: Entry = known ?? {
      key: own,
      weightBytes,
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
    entry: Entry,
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

  /** @throws AppError 'memory-too-small' where it does not fit even alone. */
  async #makeRoomFor(entry: Entry, workingBytes: number): Promise<void> {
    const { weightBytes, session } = entry
    const openBytes = weightBytes + workingBytes
    const neededBytes = session ? openBytes : Math.max(openBytes, openingBytesOf(weightBytes))
    const others = [...this.#entries.values()].filter(other => other !== entry && other.session)
    let heldBytes = others.reduce((sum, other) => sum + other.weightBytes + other.workingBytes, 0)
    for (const other of others) {
      if (heldBytes + neededBytes <= this.#budgetBytes) return
      if (other.isRunning) continue
      heldBytes -= other.weightBytes + other.workingBytes
      await close(other)
    }
    if (neededBytes <= this.#budgetBytes) return
    const details = { device: this.#device, neededBytes, budgetBytes: this.#budgetBytes }
    throw new AppError('memory-too-small', details)
  }

  async #leave(entry: Entry): Promise<void> {
    entry.users -= 1
    if (entry.users > 0) return
    this.#entries.delete(entry.key)
    await close(entry)
  }
}

/** The memory that the runtime kept goes with it. */
async function close(entry: Entry): Promise<void> {
  const { session } = entry
  entry.session = undefined
  entry.workingBytes = 0
  await session?.close()
}

interface Use {
  use<Result>(workingBytes: number, work: (session: Session) => Promise<Result>): Promise<Result>
  leave(): Promise<void>
}

/** A graph that runs whenever it is asked to, and is open when there is room. */
export class ResidentSession {
  readonly #use: Use

  constructor(use: Use) {
    this.#use = use
  }

  /** workingBytes: what the run needs besides the weights. @throws as Session.open and Session.run, and 'memory-too-small'. */
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

  /** What the graph takes, by name. @throws as Session.open. */
  inputs(): Promise<Session['inputs']> {
    return this.#use.use(0, async session => session.inputs)
  }

  /** Its user needs it no more. */
  close(): Promise<void> {
    return this.#use.leave()
  }
}

/** key: the same for the same weights in the same graph; undefined for weights that nothing else has. */
export function residentSession(
  name: string,
  key: string | undefined,
  graph: OnnxModel | OnnxPath,
  { residency = new Residency(), ...options }: ResidentOptions = {},
): ResidentSession {
  const full = key === undefined ? undefined : `${name} ${key}`
  return residency.session(full, weightBytesOf(graph), () => Session.open(name, graph, options))
}
