/** Promises of scripts/setup.mjs: what was installed by hand is not installed again, and everything else is. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { packageRoot } from '../../src/system/paths.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const listSchema = z.object({ packages: z.record(z.string(), z.looseObject({ version: z.string() })) })
type Packages = z.infer<typeof listSchema>['packages']

/** What setup.mjs loads. Links lead to the packages that they need. */
const nativeModules = ['better-sqlite3', 'sharp']

/** A checkout that needs no build, in which `npm ci` was run, and an npm that only notes that it was called. */
function checkout() {
  const root = tempFolder()
  const modules = join(root, 'node_modules')
  const list = join(modules, '.package-lock.json')
  const called = join(root, 'npm-called')
  for (const folder of ['scripts', 'node_modules', 'dist', 'bin']) mkdirSync(join(root, folder))
  cpSync(join(packageRoot, 'scripts/setup.mjs'), join(root, 'scripts/setup.mjs'))
  cpSync(join(packageRoot, 'package-lock.json'), join(root, 'package-lock.json'))
  cpSync(join(packageRoot, 'node_modules/.package-lock.json'), list)
  for (const name of nativeModules) symlinkSync(join(packageRoot, 'node_modules', name), join(modules, name))
  writeFileSync(join(root, 'dist/.built'), '')
  writeFileSync(join(root, 'bin/npm'), `#!/bin/sh\ntouch '${called}'\n`, { mode: 0o755 })
  const setUp = () => {
    const env = {
      ...process.env,
      PATH: [join(root, 'bin'), dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    }
    const { status, stderr } = spawnSync(process.execPath, ['scripts/setup.mjs'], { cwd: root, env })
    expect(status, String(stderr)).toBe(0)
    return existsSync(called)
  }
  return { modules, list, setUp }
}

test('what npm installed from this lock file is not installed again', () => {
  const { modules, setUp } = checkout()
  expect(setUp()).toBe(false)
  expect(existsSync(join(modules, '.easel-lock'))).toBe(true)
})

test.each([
  ['is missing', ({ 'node_modules/zod': _, ...others }: Packages) => others],
  [
    'has another version',
    (packages: Packages) => ({ ...packages, 'node_modules/zod': { version: '1.0.0' } }),
  ],
])('a package that %s is installed', (_, changed) => {
  const { list, setUp } = checkout()
  const { packages } = listSchema.parse(JSON.parse(readFileSync(list, 'utf8')))
  writeFileSync(list, JSON.stringify({ packages: changed(packages) }))
  expect(setUp()).toBe(true)
})

test.each([
  ['was compiled for another version of Node', 'better-sqlite3'],
  ['lacks its libraries, as after an installation without optional packages', 'sharp'],
])('a native module that %s is installed', (_, name) => {
  const { modules, setUp } = checkout()
  const folder = join(modules, name)
  rmSync(folder)
  mkdirSync(folder)
  writeFileSync(join(folder, 'index.js'), "throw new Error('does not load')")
  expect(setUp()).toBe(true)
})
