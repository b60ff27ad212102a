/**
 * Expands a template into prompts: `{a, b}` gives one prompt per alternative. Pure. `\{`, `\}` and `\,` are literal, and
 * unbalanced braces are text. Wildcards (`__name__`) are drawn afterwards for each prompt: wildcards.ts.
 */
import { drawWildcards } from './wildcards.ts'

export type Expansion =
  | { kind: 'expanded'; prompts: string[] }
  | { kind: 'too-many'; count: number; limit: number }

/** The expansion of a part of a template. */
interface ExpandedTexts {
  readonly count: number
  /** All texts; the first choice varies slowest. Empty if there are more than the limit. */
  readonly texts: readonly string[]
}

/**
 * `limit`: the maximum number of prompts; a template with more gives none.
 *
 * @example
 * expandPrompt('a {red, blue} circle', 8) // the prompts 'a red circle' and 'a blue circle'
 */
export function expandPrompt(template: string, limit: number): Expansion {
  const { count, texts } = new Reader(limit).read(template)
  return count > limit ? { kind: 'too-many', count, limit } : { kind: 'expanded', prompts: [...texts] }
}

/** The template that expands to exactly that text. */
export function templateFor(text: string): string {
  if (standsFor(text, text)) return text
  // A comma or an underscore is special only in braces, after a backslash or beside another one.
  return text.replace(/[{}]|(?<=\\)[,_]|_(?=_)/g, '\\$&')
}

function standsFor(template: string, text: string): boolean {
  const expansion = expandPrompt(template, 1)
  if (expansion.kind === 'too-many') return false
  const drawn = drawWildcards(expansion.prompts[0] ?? '', {}, () => 0)
  return drawn.kind === 'drawn' && drawn.prompt === text
}

/** One level of braces during parsing: the complete alternatives, and the expansion of the current one so far. */
interface Level {
  readonly alternatives: ExpandedTexts[]
  current: ExpandedTexts
}

const nothing: ExpandedTexts = { count: 1, texts: [''] }

/**
 * One pass with a stack of levels, which builds the texts while parsing. Nesting depth is unlimited, and every piece of the
 * template costs at most `limit` string concatenations (V8 copies nothing for these).
 */
class Reader {
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  read(template: string): ExpandedTexts {
    const outermost: Level = { alternatives: [], current: nothing }
    const open: Level[] = []
    for (const [written, escaped] of template.matchAll(/\\([{},])|[{},]|[^{},\\]+|\\/g)) {
      const level = open.at(-1)
      if (written === '{') open.push({ alternatives: [], current: nothing })
      else if (written === ',' && level) endAlternative(level)
      else if (written === '}' && level) {
        open.pop()
        this.#append(open.at(-1) ?? outermost, this.#close(level))
      } else this.#append(level ?? outermost, { count: 1, texts: [escaped ?? written] })
    }
    for (const level of open) {
      endAlternative(level)
      this.#append(outermost, this.#asWritten('{', level, ''))
    }
    return outermost.current
  }

  #close(level: Level): ExpandedTexts {
    endAlternative(level)
    return level.alternatives.length > 1 ? this.#choice(level) : this.#asWritten('{', level, '}')
  }

  /** White space around alternatives is removed. */
  #choice({ alternatives }: Level): ExpandedTexts {
    const count = alternatives.reduce((sum, one) => sum + one.count, 0)
    if (count > this.#limit) return { count, texts: [] }
    return { count, texts: alternatives.flatMap(({ texts }) => texts.map(text => text.trim())) }
  }

  /** Braces without alternatives stay as written. */
  #asWritten(opening: string, { alternatives }: Level, closing: string): ExpandedTexts {
    const level: Level = { alternatives: [], current: { count: 1, texts: [opening] } }
    for (const [i, alternative] of alternatives.entries()) {
      if (i > 0) this.#append(level, { count: 1, texts: [','] })
      this.#append(level, alternative)
    }
    this.#append(level, { count: 1, texts: [closing] })
    return level.current
  }

  #append(level: Level, next: ExpandedTexts): void {
    const { current } = level
    const count = current.count * next.count
    const texts =
      count > this.#limit ? [] : current.texts.flatMap(text => next.texts.map(ending => text + ending))
    level.current = { count, texts }
  }
}

function endAlternative(level: Level): void {
  level.alternatives.push(level.current)
  level.current = nothing
}
