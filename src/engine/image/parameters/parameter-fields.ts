/** The last line of A1111's text: `Key: value, Key: "value, quoted like JSON"`; parsed tolerantly, in linear time. */

/** Letters and digits of any language, and what programs use in names: "Hires upscale", "TI hashes", "Clip-skip". */
const keyPattern = /\s*([\p{L}\p{N}_][\p{L}\p{N}_ \-/.()]{0,63}?)\s*:[ \t]*/uy
const quotedPattern = /"(?:\\.|[^"\\])*"(?=\s*(?:,|$))/y
const plainPattern = /[^,]*/y
/** Fewer fields could be prose that contains a colon. */
const fewestFields = 3

/** Programs write some dozens. Parsing stops here, so that a malicious line costs no more than a genuine one. */
const maxFields = 500

/** Whether a line contains the fields: it starts with a field and has enough of them, or has a work order of Easel. */
export function isFieldsLine(line: string): boolean {
  const fields = readFields(line)
  return fields.length >= fewestFields || fields.some(([key]) => key === 'Easel')
}

/** The fields in order; none if the line does not start with a field. */
export function readFields(line: string): [key: string, value: string][] {
  const fields: [string, string][] = []
  /** After an unclosed bracket later ones are not tried, which keeps malicious lines linear. */
  let structures = true
  let at = 0
  while (at < line.length && fields.length < maxFields) {
    const key = matchAt(keyPattern, line, at)
    const last = fields.at(-1)
    if (key !== undefined) {
      const start = at + key[0].length
      const structureEnd: number | undefined = structures ? endOfStructure(line, start) : start
      structures &&= structureEnd !== undefined
      const { value, end } = readValue(line, start, structureEnd ?? start)
      fields.push([key[1] ?? '', value])
      at = end
    } else {
      // A comma inside an unquoted value: the text after it belongs to that value.
      if (last === undefined) return []
      const rest = matchAt(plainPattern, line, at)?.[0] ?? ''
      if (rest.trim() !== '') last[1] += `,${rest.trimEnd()}`
      at += rest.length
    }
    at += 1 // the comma
  }
  return fields
}

function readValue(line: string, at: number, structureEnd: number): { value: string; end: number } {
  const quoted = matchAt(quotedPattern, line, at)
  if (quoted !== undefined) {
    const rest = matchAt(plainPattern, line, at + quoted[0].length)?.[0] ?? ''
    return { value: unquote(quoted[0]), end: at + quoted[0].length + rest.length }
  }
  const rest = matchAt(plainPattern, line, structureEnd)?.[0] ?? ''
  const end = structureEnd + rest.length
  return { value: line.slice(at, end).trim(), end }
}

/**
 * The end of unquoted JSON, as Civitai writes it: its commas do not separate fields. `at` if no JSON begins there, undefined
 * if it does not end.
 */
function endOfStructure(line: string, at: number): number | undefined {
  if (line[at] !== '[' && line[at] !== '{') return at
  let depth = 0
  let inString = false
  for (let i = at; i < line.length; i++) {
    const char = line[i]
    if (inString) {
      if (char === '\\') i += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') depth += 1
    else if (char === ']' || char === '}') {
      depth -= 1
      if (depth === 0) return i + 1
    }
  }
  return undefined
}

/** A value as written into the line: quoted like JSON if it would be ambiguous. */
export function quoteValue(value: string): string {
  const isPlain = value !== '' && value === value.trim() && !/[,:"\n\r\\[\]{}\ud800-\udfff]/.test(value)
  return isPlain ? value : JSON.stringify(value)
}

function unquote(quoted: string): string {
  try {
    const value: unknown = JSON.parse(quoted)
    return typeof value === 'string' ? value : quoted
  } catch {
    return quoted
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at
  return pattern.exec(text) ?? undefined
}
