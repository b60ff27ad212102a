/** A delivery's steps over their storage: a step is recorded before its request and when it is done. */
import { hasCode } from '../../errors/errors.ts'
import type { StepRecord, Steps } from './courier.ts'

/** The storage of steps. Writes are durable when their promise resolves. */
export interface StepStorage {
  get(name: string): StepRecord | undefined
  all(): StepRecord[]
  put(step: StepRecord): Promise<void>
  drop(name: string): Promise<void>
}

/** A storage in memory, for steps that need not outlive the process. */
export function memoryStorage(): StepStorage {
  const steps = new Map<string, StepRecord>()
  return {
    get: name => steps.get(name),
    all: () => [...steps.values()],
    async put(step) {
      steps.set(step.name, step)
    },
    async drop(name) {
      steps.delete(name)
    },
  }
}

export function stepsIn(storage: StepStorage, now: () => number): Steps {
  return {
    value(name) {
      const step = storage.get(name)
      return step?.state === 'done' ? step.value : undefined
    },
    all: () => storage.all().filter(({ state }) => state === 'begun' || state === 'done'),
    async once(name, make, { makes, find } = {}) {
      const known = storage.get(name)
      if (known?.state === 'done') return { kind: 'done', value: known.value ?? '' }
      const base = makes === undefined ? { name } : { name, makes }
      let isBegun = known !== undefined
      const begin = async () => {
        if (!isBegun) await storage.put({ ...base, state: 'begun', at: now() })
        isBegun = true
      }
      const tried = () =>
        make(begin).catch(async error => {
          // A request that a rate limit held back had no effect, so there is nothing to find.
          if (!known && isBegun && hasCode(error, 'platform-busy')) await storage.drop(name)
          throw error
        })
      const found = known?.state === 'begun' ? await find?.(known.at) : undefined
      const made = found === undefined ? await tried() : { kind: 'done' as const, value: found }
      if (made.kind === 'done') await storage.put({ ...base, state: 'done', value: made.value, at: now() })
      else await storage.drop(name)
      return made
    },
    forget: name => storage.drop(name),
  }
}
