/**
 * One template, many prompts: `{a, b}` stands for each alternative in turn, `__name__` for one line of a wildcard
 * list. Pure: chance comes in as `pick`. `\{`, `\}` and `\,` are plain characters; unbalanced braces are text.
 */

export interface ExpandOptions {
  /** Most prompts that one template may stand for. */
  readonly limit: number
  readonly wildcards?: ReadonlyMap<string, readonly string[]>
  /** A whole number from 0 to below `count`; chooses a wildcard's line. */
  readonly pick: (count: number) => number
}

export type Expansion =
  | { kind: 'expanded'; prompts: string[] }
  | { kind: 'too-many'; count: number; limit: number }
  | { kind: 'unknown-wildcard'; name: string; known: string[] }

/** A template taken apart: text, and choices between templates. */
type Part = string | readonly Template[]
type Template = readonly Part[]

/** Deeper braces are text; nobody means them, and parsing recurses. */
const deepest = 16

export function expandPrompt(template: string, options: ExpandOptions): Expansion {
  const filled = fillWildcards(template, options)
  if (typeof filled !== 'string') return filled
  const parsed = parseTemplate(new Cursor(filled), 0)
  const count = countOf(parsed)
  if (count > options.limit) return { kind: 'too-many', count, limit: options.limit }
  return { kind: 'expanded', prompts: spell(parsed) }
}

/** Lines may name further wildcards; rounds are limited, since lists may name each other. */
function fillWildcards(
  template: string,
  { wildcards = new Map(), pick }: ExpandOptions,
): string | Extract<Expansion, { kind: 'unknown-wildcard' }> {
  let text = template
  for (let round = 0; round < 8; round++) {
    const unknown = [...text.matchAll(/__([\w/-]+?)__/g)].find(
      ([, name]) => !wildcards.get(name ?? '')?.length,
    )
    if (unknown) return { kind: 'unknown-wildcard', name: unknown[1] ?? '', known: [...wildcards.keys()] }
    const next = text.replaceAll(/__([\w/-]+?)__/g, (_, name: string) => {
      const lines = wildcards.get(name) ?? []
      return lines[pick(lines.length)] ?? ''
    })
    if (next === text) return text
    text = next
  }
  return text
}

/** A place in a text that is read from left to right. */
class Cursor {
  readonly text: string
  at = 0
  constructor(text: string) {
    this.text = text
  }
}

/** Reads up to the end, or inside braces up to the comma or brace that ends this alternative. */
function parseTemplate(cursor: Cursor, depth: number): Template {
  const parts: Part[] = []
  let plain = ''
  while (cursor.at < cursor.text.length) {
    const character = cursor.text.charAt(cursor.at)
    const next = cursor.text.charAt(cursor.at + 1)
    if (character === '\\' && '{},'.includes(next) && next !== '') {
      plain += next
      cursor.at += 2
      continue
    }
    if (depth > 0 && (character === ',' || character === '}')) break
    const choice = character === '{' && depth < deepest ? parseChoice(cursor, depth) : undefined
    if (choice) {
      parts.push(plain, choice)
      plain = ''
    } else {
      plain += character
      cursor.at++
    }
  }
  return [...parts, plain]
}

/** `{a, b}` at the cursor; undefined, with the cursor where it was, unless it closes and has two alternatives. */
function parseChoice(cursor: Cursor, depth: number): readonly Template[] | undefined {
  const start = cursor.at
  const alternatives: Template[] = []
  do {
    cursor.at++
    alternatives.push(parseTemplate(cursor, depth + 1))
  } while (cursor.text.charAt(cursor.at) === ',')
  if (cursor.text.charAt(cursor.at) === '}' && alternatives.length > 1) {
    cursor.at++
    return alternatives
  }
  cursor.at = start
  return undefined
}

function countOf(template: Template): number {
  return template.reduce<number>(
    (product, part) =>
      typeof part === 'string' ? product : product * part.reduce((sum, one) => sum + countOf(one), 0),
    1,
  )
}

/** Every prompt, the first choice varying slowest. Alternatives lose the blanks around them. */
function spell(template: Template): string[] {
  return template.reduce<string[]>(
    (prefixes, part) => {
      const endings = typeof part === 'string' ? [part] : part.flatMap(spell).map(text => text.trim())
      return prefixes.flatMap(prefix => endings.map(ending => prefix + ending))
    },
    [''],
  )
}
