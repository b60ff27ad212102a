/** Surroundings of a command that keep what it says, without input and without a terminal. */
import { Readable, Writable } from 'node:stream'
import type { Surroundings } from '../../../src/cli/session.ts'

export interface KeptOutput {
  out: string
  err: string
}

export function keptSurroundings(env: Surroundings['env'] = process.env): {
  surroundings: Surroundings
  said: KeptOutput
} {
  const said = { out: '', err: '' }
  const streamTo = (name: keyof KeptOutput) =>
    new Writable({
      decodeStrings: false,
      write(text, _, done) {
        said[name] += String(text)
        done()
      },
    })
  const surroundings = { stdin: Readable.from([]), stdout: streamTo('out'), stderr: streamTo('err'), env }
  return { surroundings, said }
}
