/** What sentences quote of texts that others wrote: short enough to be read, and in one line. */
import { withVisibleControls } from '../common/visible-controls.ts'

/** Enough to recognise what was typed. */
const maxTyped = 60
/** Enough for the name of any tensor and for most paths. */
const maxRead = 200

/** The beginning of a typed text. */
export function excerpt(typed: string, limit = maxTyped): string {
  const characters = [...typed.slice(0, 2 * limit + 2)]
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : typed
}

/** The facts of a reason, with each text that was read from a file as a sentence can quote it. */
export function excerptFacts<Facts extends object>(facts: Facts): Facts {
  const quoted = Object.entries(facts).map(([key, value]) => [key, excerptValue(value)])
  return Object.assign({}, facts, Object.fromEntries(quoted))
}

function excerptValue(value: unknown): unknown {
  if (typeof value === 'string') return withVisibleControls(excerpt(value, maxRead))
  return Array.isArray(value) ? value.map(excerptValue) : value
}
