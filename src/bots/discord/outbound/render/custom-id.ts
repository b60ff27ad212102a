/** The custom ids of buttons and forms: an action and a short id. */
import { type ButtonTarget, decodeButtonId, encodeButtonId } from '../../../messages/buttons.ts'

/** Forms of this adapter; buttons are the same on every platform. */
export const ownActions = ['remix-form', 'source-form', 'settings-form'] as const
export type OwnAction = (typeof ownActions)[number]

export type CustomId =
  | { kind: 'button'; target: ButtonTarget }
  | { kind: 'own'; action: OwnAction; id?: string }

export function buttonId(target: ButtonTarget): string {
  return encodeButtonId(target)
}

export function ownId(action: OwnAction, id?: string): string {
  return id === undefined ? `own-${action}` : `own-${action}:${id}`
}

/** Parses a custom id; undefined for an unknown one: stale, forged or of another bot. */
export function parseCustomId(customId: string): CustomId | undefined {
  const [, name, id] = /^own-([a-z-]{1,20})(?::([0-9a-z]{16}))?$/.exec(customId) ?? []
  if (name === undefined) {
    const target = decodeButtonId(customId)
    return target && { kind: 'button', target }
  }
  const action = ownActions.find(known => known === name)
  return action && { kind: 'own', action, ...(id === undefined ? {} : { id }) }
}
