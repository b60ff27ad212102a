/** A person's own defaults, read from their form by the readers of the flags of the same names, on every platform. Pure. */
import type { Problem } from '../../app/problems.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import type { PersonSettings } from '../../app/views.ts'
import { findFlag } from './flags.ts'

/** The form's fields; an empty one sets nothing. */
export const settingsFields = ['model', 'size', 'n', 'no', 'refine'] as const
export type SettingsFields = { readonly [Field in (typeof settingsFields)[number]]?: string }

export type ReadSettings =
  | { kind: 'read'; settings: PersonSettings }
  | { kind: 'refused'; problems: Problem[] }

export function readSettings(fields: SettingsFields): ReadSettings {
  const request: ImagineRequest = { prompt: '' }
  const problems = settingsFields.flatMap(name => {
    const value = fields[name]?.trim() ?? ''
    const found = findFlag(name)
    if (value === '' || found.kind === 'unknown') return []
    return found.flag.read({ value, quoted: false }, request) ?? []
  })
  if (problems.length > 0) return { kind: 'refused', problems }
  return { kind: 'read', settings: settingsOf(request) }
}

/** What a request says of the things that people may have defaults for. */
export function settingsOf({ model, size, count, negative, refine }: ImagineRequest): PersonSettings {
  return { model, size, count, negative, refine: refine === undefined ? undefined : refine !== false }
}
