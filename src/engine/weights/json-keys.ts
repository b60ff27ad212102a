/** Owns what JSON.parse forgives in an object's keys: a name that comes twice, and `__proto__`. */
import type { ModelFileProblem } from '../../model-problem.ts'

/**
 * Why the keys of a JSON text cannot be trusted, or undefined.
 * json: a text that JSON.parse has accepted (so that strings and brackets are known to be well formed).
 */
export function untrustedKey(json: string): ModelFileProblem | undefined {
  const openObjects: Set<string>[] = []
  for (let at = 0; at < json.length; at++) {
    const character = json[at]
    if (character === '{') openObjects.push(new Set())
    else if (character === '}') openObjects.pop()
    else if (character === '"') {
      const end = closingQuote(json, at)
      const keys = openObjects.at(-1)
      // Only a key is followed by a colon; elements of arrays and values never are.
      if (keys && isColonNext(json, end + 1)) {
        const key: unknown = JSON.parse(json.slice(at, end + 1))
        if (key === '__proto__') return { what: 'key-forbidden', key }
        if (typeof key === 'string' && keys.has(key)) return { what: 'key-twice', key }
        keys.add(String(key))
      }
      at = end
    }
  }
  return undefined
}

function closingQuote(json: string, openingQuote: number): number {
  let at = openingQuote + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at
}

function isColonNext(json: string, from: number): boolean {
  let at = from
  while (json[at] === ' ' || json[at] === '\n' || json[at] === '\r' || json[at] === '\t') at++
  return json[at] === ':'
}
