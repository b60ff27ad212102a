/** The command line in a temporary folder that all tests of a file share. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import type { CliRun } from '../processes/run-cli.ts'
import { runHere } from './run-here.ts'

/** Called once, outside of the tests. */
export function cliFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'easel-cli-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const easel = (...args: string[]): Promise<CliRun> => runHere(args, { cwd: folder })
  const inFolder = (name: string) => join(folder, name)
  const read = (name: string) => readFileSync(inFolder(name))

  /** Runs a command that must succeed, and gives what it wrote to standard output. */
  async function succeed(...args: string[]): Promise<string> {
    const { code, out, err } = await easel(...args)
    expect(code, err).toBe(0)
    return out
  }

  /** The command that `easel info` names for a picture, with real files in the place of FILE and MASK. */
  async function commandOf(picture: string, files: { FILE?: string; MASK?: string } = {}): Promise<string> {
    const [line = ''] = (await succeed('info', picture)).split('\n').filter(text => text.startsWith('easel '))
    return line.replace(/\b(FILE|MASK)\b/g, name => (name === 'FILE' ? files.FILE : files.MASK) ?? name)
  }
  return { folder, easel, inFolder, read, succeed, commandOf }
}

/** Asks for as few steps as show what is at stake. */
export const quick = ['--steps', '4']
