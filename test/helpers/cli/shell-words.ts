/** The words of a command line as a POSIX shell has them. */
import { execFileSync } from 'node:child_process'

/** Of a line that begins with `easel`: what that command is given. */
export function shellWords(line: string): string[] {
  const script = `easel() { printf '%s\\0' "$@"; }\n${line}`
  const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
  return said.split('\0').slice(0, -1)
}
