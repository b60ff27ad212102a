import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findPackageRoot } from '../../src/system/paths.ts'

test('the package root is the nearest folder with a package.json, however deep one starts', () => {
  const root = mkdtempSync(join(tmpdir(), 'easel-root-'))
  writeFileSync(join(root, 'package.json'), '{}')
  const deep = join(root, 'dist', 'src')
  mkdirSync(deep, { recursive: true })
  expect(findPackageRoot(deep)).toBe(root)
  expect(findPackageRoot(root)).toBe(root)
})

test('a folder outside of any package is refused', () => {
  expect(() => findPackageRoot('/')).toThrow('package.json')
})
