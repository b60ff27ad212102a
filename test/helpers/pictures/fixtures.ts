/** Files of test/fixtures/pictures by name. */
import { readFileSync } from 'node:fs'

export function readFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/pictures/${name}`, import.meta.url))
}
