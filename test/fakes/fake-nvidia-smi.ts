/**
 * NVIDIA's `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`, as a program in a folder of its own. It prints the columns
 * in the order in which they are asked for, and refuses an unknown one as the real program does. What its driver does not know is a
 * reason in brackets; those of the tests are quoted from
 * - a GB10, which shares the memory of the processor: `[N/A]` in every column of memory (driver 580, unslothai/unsloth#10283),
 * - an A100 in parts (MIG) in a container: `[Insufficient Permissions]` (driver 535, Stability-AI/StableSwarmUI#388),
 * - older drivers: `[Not Supported]`.
 * With a card that fell off the bus the real one hangs in the kernel, where only its end by force takes effect; `hangs` ignores SIGTERM.
 */
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempFolder } from '../helpers/temp-folder.ts'

/** Columns as `nvidia-smi --help-query-gpu` calls them. */
export type FakeCardRow = Readonly<Record<string, string>>

/** A GeForce, which has no parts, with 23.2 GiB free. */
export const geForce: FakeCardRow = {
  index: '0',
  name: 'NVIDIA GeForce RTX 4090',
  'memory.total': '24564',
  'memory.free': '23802',
  'mig.mode.current': '[N/A]',
  driver_version: '550.54.14',
  'pci.bus_id': '00000000:01:00.0',
}

export class FakeNvidiaSmi {
  readonly #folder = tempFolder()

  constructor(cards: readonly FakeCardRow[], { hangs = false } = {}) {
    const program = join(this.#folder, 'nvidia-smi')
    writeFileSync(program, hangs ? hangingProgram : programOf(cards, this.#callsFile))
    chmodSync(program, 0o755)
  }

  /** An environment in which it is the only program. */
  get env(): Record<string, string> {
    return { PATH: this.#folder }
  }

  /** How often it was asked. */
  get calls(): number {
    return existsSync(this.#callsFile) ? readFileSync(this.#callsFile, 'utf8').length : 0
  }

  get #callsFile(): string {
    return join(this.#folder, 'calls')
  }
}

const hangingProgram = `#!/bin/sh
trap '' TERM
while true; do /bin/sleep 1; done
`

function programOf(cards: readonly FakeCardRow[], callsFile: string): string {
  return `#!${process.execPath}
require('node:fs').appendFileSync(${JSON.stringify(callsFile)}, '.')
const cards = ${JSON.stringify(cards)}
const [query, format] = process.argv.slice(2)
if (format !== '--format=csv,noheader,nounits') process.exit(2)
const columns = query.replace('--query-gpu=', '').split(',')
const unknown = columns.find(column => cards.some(card => card[column] === undefined))
if (unknown) {
  console.log('Field "' + unknown + '" is not a valid field to query.')
  process.exit(2)
}
for (const card of cards) console.log(columns.map(column => card[column]).join(', '))
`
}
