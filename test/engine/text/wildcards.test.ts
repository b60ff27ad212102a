import { describe, expect, test } from 'vitest'
import { drawWildcards } from '../../../src/engine/text/wildcards.ts'

const lists = {
  colour: ['red', 'blue'],
  thing: ['__colour__ cat', 'dog'],
  颜色: ['红'],
  loop: ['again __loop__'],
}

function drawn(prompt: string, ...picks: number[]): string {
  const drawing = drawWildcards(prompt, lists, () => picks.shift() ?? 0)
  return drawing.kind === 'drawn' ? drawing.prompt : drawing.kind
}

describe('a wildcard', () => {
  test('is drawn anew each time that it is named', () => {
    expect(drawn('a __colour__ hat on a __colour__ cat', 1, 0)).toBe('a blue hat on a red cat')
  })

  test('may name further lists, and may have a name in any script', () => {
    expect(drawn('a __thing__', 0, 1)).toBe('a blue cat')
    expect(drawn('__颜色__')).toBe('红')
  })

  test('is plain text behind a backslash', () => expect(drawn(String.raw`\__colour__`)).toBe('__colour__'))

  test('that is not known is named, with those that are', () => {
    expect(drawWildcards('an __animal__', lists, () => 0)).toEqual({
      kind: 'unknown-wildcard',
      name: 'animal',
      known: ['colour', 'thing', '颜色', 'loop'],
    })
    expect(drawn('a __constructor__')).toBe('unknown-wildcard')
  })

  test('whose list names itself ends with a line that names none', () => {
    const own = { many: ['one more, __many__', 'the last'] }
    const drawing = drawWildcards('__many__', own, () => 0)
    const prompt = 'one more, one more, one more, one more, the last'
    expect(drawing).toEqual({ kind: 'drawn', prompt })
  })

  test('whose lists name only each other is named, and never painted as text', () => {
    expect(drawWildcards('__loop__', lists, () => 0)).toEqual({ kind: 'endless-wildcard', name: 'loop' })
  })
})
