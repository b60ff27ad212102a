/** Shortens texts that others wrote for quotes in sentences: to a readable length, and to one line. */
import { withVisibleControls } from '../common/visible-controls.ts'

/** The maximum length of typed text, enough to recognise it. */
const maxTyped = 60
/** The maximum length of text from a file, enough for the name of any tensor and for most paths. */
const maxRead = 200

/** The text, truncated to `limit` characters with an ellipsis. */
export function excerpt(typed: string, limit = maxTyped): string {
  const characters = [...typed.slice(0, 2 * limit + 2)]
  return characters.length > limit ? `${characters.slice(0, limit - 1).join('')}…` : typed
}

/** The facts of a reason, with each text shortened and with visible control characters. */
export function excerptFacts<Facts extends object>(facts: Facts): Facts {
  const quoted = Object.entries(facts).map(([key, value]) => [key, excerptValue(value)])
  return Object.assign({}, facts, Object.fromEntries(quoted))
}

function excerptValue(value: unknown): unknown {
  if (typeof value === 'string') return withVisibleControls(excerpt(value, maxRead))
  return Array.isArray(value) ? value.map(excerptValue) : value
}
