/** One thing has one name in Chinese: that of docs/chinese-glossary.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../../src/system/paths.ts'

const rows = readFileSync(join(packageRoot, 'docs/chinese-glossary.md'), 'utf8')
  .split('\n')
  .filter(line => line.startsWith('|'))
  .slice(2)
  .map(line => line.split('|').map(cell => cell.trim()))
const avoided = rows.flatMap(([, , , other = '']) => other.split('、').filter(name => name !== ''))

const folder = join(packageRoot, 'src/words/zh-cn')
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))
test.each(files)('%s uses no other name than that of the glossary', file => {
  const text = readFileSync(join(folder, file), 'utf8')
  expect(avoided.length).toBeGreaterThan(5)
  expect(avoided.filter(name => text.includes(name))).toEqual([])
})
