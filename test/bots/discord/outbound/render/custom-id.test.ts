import { describe, expect, it } from 'vitest'
import {
  buttonId,
  ownActions,
  ownId,
  parseCustomId,
} from '../../../../../src/bots/discord/outbound/render/custom-id.ts'
import { buttonActions } from '../../../../../src/bots/messages/buttons.ts'

const targetId = 'id0000000000000x'

describe('custom ids', () => {
  it('are read back as they were made, and are short', () => {
    for (const action of buttonActions) {
      const made = buttonId({ action, targetId })
      expect(made.length).toBeLessThanOrEqual(100)
      expect(parseCustomId(made)).toEqual({ kind: 'button', target: { action, targetId } })
    }
    for (const action of ownActions) {
      expect(parseCustomId(ownId(action))).toEqual({ kind: 'own', action })
      expect(parseCustomId(ownId(action, targetId))).toEqual({ kind: 'own', action, id: targetId })
    }
  })

  it.each([
    '',
    'delete',
    'delete:',
    `explode:${targetId}`,
    `delete:${targetId} `,
    `delete:${targetId.toUpperCase()}`,
    `delete:${'x'.repeat(200)}`,
    "delete:' or 1=1 --    ",
    'own-',
    `own-explode:${targetId}`,
    `own-confirm:${targetId}:more`,
    `__proto__:${targetId}`,
  ])('that nobody can have made are refused: %j', forged => {
    expect(parseCustomId(forged)).toBeUndefined()
  })
})
