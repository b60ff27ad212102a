/** The documentation hangs together: every page can be found from the README, and every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { packageRoot } from '../src/system/paths.ts'

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ...readdirSync(join(packageRoot, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.md'))
    .map(name => join('docs', name)),
]

/** Where a page's links lead, from the package root; links to the outside are left out. */
function linksOf(page: string): string[] {
  const text = readFileSync(join(packageRoot, page), 'utf8')
  return [...text.matchAll(/\]\((?!https?:|#)([^)#\s]+)[^)]*\)/g)].map(([, link = '']) =>
    relative(packageRoot, join(packageRoot, dirname(page), link)),
  )
}

test.each(pages)('every link of %s leads somewhere', page => {
  expect(linksOf(page).filter(target => !existsSync(join(packageRoot, target)))).toEqual([])
})

test('the README links every page', () => {
  const linked = new Set(linksOf('README.md'))
  // The decisions are linked as a folder.
  const missing = pages.filter(
    page => page !== 'README.md' && !linked.has(page) && !linked.has(dirname(page)),
  )
  expect(missing).toEqual([])
})

test('the files that the pages name are there', () => {
  const missing = pages.flatMap(page => {
    const text = readFileSync(join(packageRoot, page), 'utf8')
    const named = [...text.matchAll(/`((?:src|test|tools|config|migrations)\/[\w./-]+\.\w+)`/g)]
    return named.flatMap(([, path = '']) =>
      existsSync(join(packageRoot, path)) || path.includes('NAME') ? [] : [`${page}: ${path}`],
    )
  })
  expect(missing).toEqual([])
})
