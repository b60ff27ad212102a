/** The command line in a temporary folder that all tests of a file share. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { type CliRun, runCli } from './run-cli.ts'

export const folder = mkdtempSync(join(tmpdir(), 'easel-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

export const easel = (...args: string[]): Promise<CliRun> => runCli(args, { cwd: folder })
export const inFolder = (name: string) => join(folder, name)
export const read = (name: string) => readFileSync(inFolder(name))

/** Runs a command that must succeed, and gives what it wrote to standard output. */
export async function succeed(...args: string[]): Promise<string> {
  const { code, out, err } = await easel(...args)
  expect(code, err).toBe(0)
  return out
}

/** The command that `easel info` names for a picture, with real files in the place of FILE and MASK. */
export async function commandOf(
  picture: string,
  files: { FILE?: string; MASK?: string } = {},
): Promise<string> {
  const [line = ''] = (await succeed('info', picture)).split('\n').filter(text => text.startsWith('easel '))
  return line.replace(/\b(FILE|MASK)\b/g, name => (name === 'FILE' ? files.FILE : files.MASK) ?? name)
}

/** Asks for as few steps as show what is at stake. */
export const quick = ['--steps', '4']
