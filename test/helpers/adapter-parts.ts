/** What an adapter is given, over a test's world. */
import { fileURLToPath } from 'node:url'
import type { AdapterParts } from '../../src/bots/adapter.ts'
import { type Config, loadConfig } from '../../src/config/config.ts'
import type { World } from '../conformance/adapter-driver.ts'

/** The default configuration with what a test needs otherwise; servers on ports that the system picks. */
export function adapterParts(world: World, changes: Partial<Config> = {}): AdapterParts {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const defaults = loadConfig(root, root)
  const config = { ...defaults, web: { ...defaults.web, port: 0 }, ...changes }
  return { ...world, config, secrets: {} }
}
