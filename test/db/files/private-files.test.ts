import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePrivate } from '../../../src/db/files/private-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'easel-private-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('links that lead nowhere or in a loop stop nobody: the loop is named, the other files become private', () => {
  const file = join(folder, 'easel.sqlite')
  writeFileSync(file, '')
  chmodSync(file, 0o644)
  symlinkSync('loop', join(folder, 'loop'))
  symlinkSync('missing', join(folder, 'nowhere'))
  expect(makePrivate(folder)).toEqual([join(folder, 'loop')])
  expect(statSync(file).mode & 0o777).toBe(0o600)
})
