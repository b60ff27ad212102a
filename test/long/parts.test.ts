import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'
import { longPartNames, longParts } from './parts.ts'

test('every fuzz test of readers has its long form, in one command and in rounds', () => {
  const files = readdirSync(join(packageRoot, 'test'), { recursive: true, encoding: 'utf8' })
    .map(name => `test/${name}`)
    .filter(name => name.endsWith('.test.ts'))
    .filter(name =>
      /Number\(process\.env\.EASEL_FUZZ_RUNS/.test(readFileSync(join(packageRoot, name), 'utf8')),
    )
    .sort()
  const { scripts } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))
  const inCommand = String(scripts.fuzz)
    .split(' ')
    .filter(word => word.endsWith('.test.ts'))
  expect(inCommand.sort()).toEqual(files)
  expect([...longParts.mutations.files].sort()).toEqual(files)
})

test('docs/reliability.md names every part', () => {
  const docs = readFileSync(join(packageRoot, 'docs/reliability.md'), 'utf8')
  expect(longPartNames.filter(name => !docs.includes(`\`${name}\``))).toEqual([])
})
