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

const asideMark = '@'

/** The name under which a step was made, also of one that was set aside. */
export function originalName(name: string): string {
  return name.split(asideMark)[0] ?? name
}

export function stepsIn(storage: StepStorage, now: () => number): Steps {
  return {
    value(name) {
      const step = storage.get(name)
      return step?.state === 'done' ? step.value : undefined
    },
    all: () => storage.all().filter(({ state }) => state === 'begun' || state === 'done'),
    async once(name, make, { makes, place, find } = {}) {
      const earlier = storage.get(name)
      if (earlier?.state === 'done') return { kind: 'done', value: earlier.value ?? '' }
      const known = earlier && (await sameAttempt(storage, earlier, place))
      const base = makes === undefined ? { name } : { name, makes }
      const begun = { ...base, ...(place === undefined ? {} : { value: place }), state: 'begun' as const }
      let isBegun = known !== undefined
      const begin = async () => {
        if (!isBegun) await storage.put({ ...begun, at: now() })
        isBegun = true
      }
      const tried = () =>
        make(begin).catch(async error => {
          // A request that a rate limit held back had no effect, so there is nothing to find.
          if (!known && isBegun && hasCode(error, 'platform-busy')) await storage.drop(name)
          throw error
        })
      const made = (known && (await find?.(known.at))) ?? (await tried())
      if (made.kind === 'done') await storage.put({ ...base, state: 'done', value: made.value, at: now() })
      else if (!known) await storage.drop(name)
      return made
    },
    forget: name => storage.drop(name),
  }
}

/** The begun step, if it was made in that place. Otherwise it is set aside, because the next one would replace its record. */
async function sameAttempt(
  storage: StepStorage,
  begun: StepRecord,
  place: string | undefined,
): Promise<StepRecord | undefined> {
  if (place === undefined || begun.value === undefined || begun.value === place) return begun
  await storage.put({ ...begun, name: `${begun.name}${asideMark}${begun.value}` })
  await storage.drop(begun.name)
  return undefined
}
