/**
 * One template, many prompts: `{a, b}` stands for each alternative in turn. Pure. `\{`, `\}` and `\,` are plain
 * characters; unbalanced braces are text. Wildcards (`__name__`) are drawn afterwards, each prompt its own: wildcards.ts.
 */
import { drawWildcards } from './wildcards.ts'

export type Expansion =
  | { kind: 'expanded'; prompts: string[] }
  | { kind: 'too-many'; count: number; limit: number }

/** What a part of a template stands for. */
interface Texts {
  readonly count: number
  /** All of them, the first choice varying slowest; none where there are more than the limit. */
  readonly texts: readonly string[]
}

/** `limit`: most prompts that one template may stand for; beyond it none is made. */
export function expandPrompt(template: string, limit: number): Expansion {
  const { count, texts } = new Reader(limit).read(template)
  return count > limit ? { kind: 'too-many', count, limit } : { kind: 'expanded', prompts: [...texts] }
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

/** One level of braces while it is read: the alternatives that are complete, and what the current one stands for so far. */
interface Level {
  readonly alternatives: Texts[]
  current: Texts
}

const nothing: Texts = { count: 1, texts: [''] }

/**
 * One pass with a stack of levels, on which texts are put together as they are read: no nesting is too deep, and every
 * piece of the template costs at most `limit` joins (a join of strings copies nothing in V8).
 */
class Reader {
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  read(template: string): Texts {
    const outermost: Level = { alternatives: [], current: nothing }
    const open: Level[] = []
    for (const [written, escaped] of template.matchAll(/\\([{},])|[{},]|[^{},\\]+|\\/g)) {
      const level = open.at(-1)
      if (written === '{') open.push({ alternatives: [], current: nothing })
      else if (written === ',' && level) endAlternative(level)
      else if (written === '}' && level) {
        open.pop()
        this.#append(open.at(-1) ?? outermost, this.#closed(level))
      } else this.#append(level ?? outermost, { count: 1, texts: [escaped ?? written] })
    }
    for (const level of open) {
      endAlternative(level)
      this.#append(outermost, this.#asWritten('{', level, ''))
    }
    return outermost.current
  }

  #closed(level: Level): Texts {
    endAlternative(level)
    return level.alternatives.length > 1 ? this.#choice(level) : this.#asWritten('{', level, '}')
  }

  /** Alternatives lose the blanks around them. */
  #choice({ alternatives }: Level): Texts {
    const count = alternatives.reduce((sum, one) => sum + one.count, 0)
    if (count > this.#limit) return { count, texts: [] }
    return { count, texts: alternatives.flatMap(({ texts }) => texts.map(text => text.trim())) }
  }

  /** Braces that are no choice stay as they were written. */
  #asWritten(opening: string, { alternatives }: Level, closing: string): Texts {
    const level: Level = { alternatives: [], current: { count: 1, texts: [opening] } }
    for (const [i, alternative] of alternatives.entries()) {
      if (i > 0) this.#append(level, { count: 1, texts: [','] })
      this.#append(level, alternative)
    }
    this.#append(level, { count: 1, texts: [closing] })
    return level.current
  }

  #append(level: Level, next: Texts): void {
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
