/** Owns the text of a config by which two are compared: without what only says how it was saved. */
import type { Json } from './weights-view.ts'

export function decidingConfig(config: Json): string {
  const keys = Object.keys(config).filter(key => !/^_|dtype$|^transformers_version$/.test(key))
  return JSON.stringify(keys.sort().map(key => [key, config[key]]))
}
