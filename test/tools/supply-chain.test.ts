import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { findProblems, licenceReport, lockfile, manifest } from '../../tools/supply-chain/lockfile.ts'

const read = (name: string): unknown => JSON.parse(readFileSync(join(packageRoot, name), 'utf8'))
const own = manifest.parse(read('package.json'))
const lock = lockfile.parse(read('package-lock.json'))

const sound = { version: '1.0.0', integrity: 'sha512-x', license: 'MIT' }
const withPackage = (facts: object, name = 'node_modules/added') => ({
  packages: { ...lock.packages, [name]: { ...sound, ...facts } },
})

test('what is installed is what was allowed', () => {
  expect(findProblems(lock, own)).toEqual([])
  expect(findProblems(withPackage({}), own)).toEqual([])
})

test.each<[string, object, string]>([
  ['an install script', { hasInstallScript: true }, 'added: has an install script'],
  ['an install script deep inside', { hasInstallScript: true, dev: true }, 'added: has an install script'],
  [
    'another licence',
    { license: 'GPL-3.0' },
    'node_modules/added: has a licence that nobody looked at: GPL-3.0',
  ],
  ['no licence', { license: undefined }, 'node_modules/added: has a licence that nobody looked at: none'],
  ['no checksum', { integrity: undefined }, 'node_modules/added: is not pinned by a SHA-512'],
  ['a weak checksum', { integrity: 'sha1-x' }, 'node_modules/added: is not pinned by a SHA-512'],
  [
    'a repository in place of the registry',
    { resolved: 'git+ssh://host.example/a' },
    'node_modules/added: comes from git+ssh://host.example/a, not from the registry',
  ],
])('a new package with %s is found', (_, facts, problem) => {
  expect(findProblems(withPackage(facts), own)).toEqual([problem])
})

test('a licence for tools alone is none for what Easel is given with', () => {
  expect(findProblems(withPackage({ license: 'MPL-2.0', dev: true }), own)).toEqual([])
  expect(findProblems(withPackage({ license: 'MPL-2.0' }), own)).toHaveLength(1)
})

test('a range in place of a version is found, and a script that is allowed in vain', () => {
  const loose = { ...own, dependencies: { ...own.dependencies, zod: '^4.0.0' } }
  expect(findProblems(lock, loose)).toEqual(['zod: ^4.0.0 is no exact version'])
  const generous = { ...own, allowScripts: { ...own.allowScripts, zod: true } }
  expect(findProblems(lock, generous)).toEqual(['zod: is allowed an install script and has none'])
})

test('the licence report names every package that Easel is given with, once', () => {
  const lines = licenceReport(lock).trimEnd().split('\n')
  expect(new Set(lines).size).toBe(lines.length)
  expect(lines).toContain(`zod ${own.dependencies.zod}  MIT`)
  expect(lines.join()).not.toContain('vitest')
})
