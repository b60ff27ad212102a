/** Removes the folders of files from facts, for readers who may not see the server's paths. */
import { basename, isAbsolute } from 'node:path'

/** The folders of an absolute path inside a text, such as the runtime's message; not those of a URL or of `a/b`. */
const leadingFolders = /(?<![\w.~:/-])\/+(?:[^\s/"'“”‘’(),;:]+\/+)*/g

/** The facts, with every absolute path in their texts reduced to its last name. */
export function withoutFolders<Facts extends object>(facts: Facts): Facts {
  const reduced = Object.entries(facts).map(([key, value]) => [key, reducedValue(value)])
  return Object.assign({}, facts, Object.fromEntries(reduced))
}

function reducedValue(value: unknown): unknown {
  if (typeof value === 'string') return reducedText(value)
  if (Array.isArray(value)) return value.map(reducedValue)
  return typeof value === 'object' && value !== null ? withoutFolders(value) : value
}

/** A path alone may contain spaces; a system's message about one continues after a colon. */
function reducedText(text: string): string {
  return isAbsolute(text) && !text.includes(': ') ? basename(text) : text.replace(leadingFolders, '')
}
