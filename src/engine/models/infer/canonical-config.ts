/** The canonical text of a config for comparison, without keys that only describe how it was saved. */
import type { Json } from './weights-view.ts'

export function canonicalConfig(config: Json): string {
  const keys = Object.keys(config).filter(key => !/^_|dtype$|^transformers_version$/.test(key))
  return JSON.stringify(keys.sort().map(key => [key, config[key]]))
}
