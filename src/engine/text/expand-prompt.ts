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

/** A template taken apart: text, and choices between templates; with the number of prompts that it stands for. */
interface Template {
  readonly parts: readonly Part[]
  readonly count: number
}
type Part = string | readonly Template[]

export function expandPrompt(template: string, options: ExpandOptions): Expansion {
  const filled = fillWildcards(template, options)
  if (typeof filled !== 'string') return filled
  const parsed = parseTemplate(filled)
  if (parsed.count > options.limit) return { kind: 'too-many', count: parsed.count, limit: options.limit }
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

/** One level of braces while it is read. */
interface Level {
  readonly alternatives: Template[]
  parts: Part[]
}

/** One pass with a stack of levels, so that no nesting is too deep and no text takes longer than its length. */
function parseTemplate(text: string): Template {
  const outermost: Level = { alternatives: [], parts: [] }
  const open: Level[] = []
  for (const [written, escaped] of text.matchAll(/\\([{},])|[{},]|[^{},\\]+|\\/g)) {
    const level = open.at(-1)
    if (escaped !== undefined) (level ?? outermost).parts.push(escaped)
    else if (written === '{') open.push({ alternatives: [], parts: [] })
    else if (written === ',' && level) endAlternative(level)
    else if (written === '}' && level) {
      open.pop()
      endAlternative(level)
      const isChoice = level.alternatives.length > 1
      const parent = open.at(-1) ?? outermost
      parent.parts.push(...(isChoice ? [level.alternatives] : ['{', ...asText(level), '}']))
    } else (level ?? outermost).parts.push(written)
  }
  for (const level of open) {
    endAlternative(level)
    outermost.parts.push('{', ...asText(level))
  }
  return templateOf(outermost.parts)
}

function endAlternative(level: Level): void {
  level.alternatives.push(templateOf(level.parts))
  level.parts = []
}

/** Braces that are no choice stay as they were written. */
function asText({ alternatives }: Level): Part[] {
  return alternatives.flatMap(({ parts }, i) => (i === 0 ? parts : [',', ...parts]))
}

function templateOf(parts: readonly Part[]): Template {
  const count = parts.reduce<number>(
    (product, part) =>
      typeof part === 'string' ? product : product * part.reduce((sum, one) => sum + one.count, 0),
    1,
  )
  return { parts, count }
}

/** Every prompt, the first choice varying slowest. Alternatives lose the blanks around them. */
function spell(template: Template): string[] {
  return template.parts.reduce<string[]>(
    (prefixes, part) => {
      const endings = typeof part === 'string' ? [part] : part.flatMap(spell).map(text => text.trim())
      return prefixes.flatMap(prefix => endings.map(ending => prefix + ending))
    },
    [''],
  )
}
