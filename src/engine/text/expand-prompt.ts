/**
 * One template, many prompts: `{a, b}` stands for each alternative in turn. Pure. `\{`, `\}` and `\,` are plain
 * characters; unbalanced braces are text. Wildcards (`__name__`) are drawn afterwards, each prompt its own: wildcards.ts.
 */
import { drawWildcards } from './wildcards.ts'

export type Expansion =
  | { kind: 'expanded'; prompts: string[] }
  | { kind: 'too-many'; count: number; limit: number }

/** A template taken apart: text, and choices between templates; with the number of prompts that it stands for. */
interface Template {
  readonly parts: readonly Part[]
  readonly count: number
}
type Part = string | readonly Template[]

/** `limit`: most prompts that one template may stand for. */
export function expandPrompt(template: string, limit: number): Expansion {
  const parsed = parseTemplate(template)
  if (parsed.count > limit) return { kind: 'too-many', count: parsed.count, limit }
  return { kind: 'expanded', prompts: spell(parsed) }
}

/** The template that stands for that text alone: a prompt as it would be typed to get it again. */
export function templateFor(text: string): string {
  if (standsFor(text, text)) return text
  // A comma or an underscore is special only between braces, behind a backslash or beside another.
  return text.replace(/[{}]|(?<=\\)[,_]|_(?=_)/g, '\\$&')
}

function standsFor(template: string, text: string): boolean {
  const expansion = expandPrompt(template, 1)
  if (expansion.kind === 'too-many') return false
  const drawn = drawWildcards(expansion.prompts[0] ?? '', {}, () => 0)
  return drawn.kind === 'drawn' && drawn.prompt === text
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
