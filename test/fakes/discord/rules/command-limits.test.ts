/** Discord's limits of commands, as the fake applies them. */
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { checked } from '../limits/check.ts'
import { command, commandList } from '../limits/commands.ts'
import { Refusal } from '../transport/refusal.ts'

/** The codes under `errors`, with their paths. */
function faultsOf(schema: z.ZodType, body: unknown): string[] {
  try {
    checked(schema, body)
    return []
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    expect([error.status, error.code]).toEqual([400, 50035])
    return error.faults.map(fault => `${fault.path.map(String).join('.')} ${fault.code}`)
  }
}

const long = (n: number) => 'x'.repeat(n)
const many = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i))

describe('the fake Discord refuses in a command', () => {
  const option = (more: object = {}) => ({ type: 3, name: 'prompt', description: 'd', ...more })
  const slash = (more: object = {}) => ({ name: 'imagine', description: 'Paint', ...more })

  it.each<[string, object, string]>([
    ['an upper-case name', slash({ name: 'Imagine' }), 'name CUSTOM'],
    ['a name with a space', slash({ name: 'a b' }), 'name BASE_TYPE_CHOICES'],
    ['a description over 100', slash({ description: long(101) }), 'description BASE_TYPE_MAX_LENGTH'],
    [
      '26 options',
      slash({ options: many(26, i => option({ name: `o${i}` })) }),
      'options BASE_TYPE_BAD_LENGTH',
    ],
    [
      'a required option after an optional one',
      slash({ options: [option({ name: 'a' }), option({ name: 'b', required: true })] }),
      'options APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
    ],
    [
      'choices with autocomplete',
      slash({ options: [option({ autocomplete: true, choices: [{ name: 'n', value: 'v' }] })] }),
      'options.0.autocomplete APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES',
    ],
    [
      '26 choices',
      slash({ options: [option({ choices: many(26, i => ({ name: `n${i}`, value: 'v' })) })] }),
      'options.0.choices BASE_TYPE_BAD_LENGTH',
    ],
    [
      'an unknown locale',
      slash({ name_localizations: { zh: 'x' } }),
      'name_localizations.zh BASE_TYPE_CHOICES',
    ],
    [
      'an option name twice',
      slash({ options: [option(), option()] }),
      'options APPLICATION_COMMAND_OPTIONS_NAME_NOT_UNIQUE',
    ],
    [
      'over 8000 characters',
      slash({
        options: many(25, i =>
          option({
            name: `o${i}`,
            description: long(100),
            choices: many(3, j => ({ name: long(90), value: long(95) + j })),
          }),
        ),
      }),
      ' APPLICATION_COMMAND_TOO_LARGE',
    ],
  ])('%s', (_, body, fault) => {
    expect(faultsOf(command, body).join('\n')).toContain(fault)
  })

  it('sixteen message shortcuts and a name twice', () => {
    const shortcut = (i: number) => ({ type: 3, name: `Shortcut ${i}` })
    expect(faultsOf(commandList, many(15, shortcut))).toEqual([])
    expect(faultsOf(commandList, many(16, shortcut))).toContain(' APPLICATION_COMMANDS_TOO_MANY')
    expect(faultsOf(commandList, [slash(), slash()])).toContain(' APPLICATION_COMMANDS_DUPLICATE_NAME')
  })
})
