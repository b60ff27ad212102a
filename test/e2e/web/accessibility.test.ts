/** The web chat for people who use a keyboard, a screen reader or a zoomed page. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { operator } from '../../bots/web/http-person.ts'
import { eachDialog, everyState } from './every-state.ts'
import { visitsOfEachTest } from './visits.ts'

const visits = visitsOfEachTest({ config: { admins: [operator.name] } })

/** The Web Content Accessibility Guidelines 2.2 up to level AA, and what axe recommends beside them. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice']
const axeOptions = { runOnly: tags, rules: { 'target-size': { enabled: true } } }
const axeRun = `axe.run(document, ${JSON.stringify(axeOptions)}).then(({ passes, violations }) => ({
  rules: passes.map(({ id }) => id),
  violations: violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => id + ': ' + target)),
}))`

interface AxeResult {
  rules: string[]
  violations: string[]
}

async function runAxe(page: Page): Promise<AxeResult> {
  await page.evaluate(axe.source)
  return page.evaluate<AxeResult>(axeRun)
}

describe('axe finds nothing', () => {
  const looks = (['light', 'dark'] as const).flatMap(colorScheme =>
    [390, 1280].map(width => ({ colorScheme, width })),
  )

  it.each(looks)('in the $colorScheme theme at $width px', async ({ colorScheme, width }) => {
    // axe measures one element after the other: a page that scrolls smoothly meanwhile has false overlaps.
    const still = { reducedMotion: 'reduce', viewport: { width, height: 800 } } as const
    const page = await visits.visitAs(operator.cookie, { colorScheme, ...still })
    const found: string[] = []
    const look = async (name: string) => {
      const { violations } = await runAxe(page)
      found.push(...violations.map(violation => `${name}: ${violation}`))
    }
    await look('empty')
    await everyState(page, visits)
    await look('jobs')
    await eachDialog(page, look)
    await page.goto(`${visits.url}help`)
    await look('a page with an answer')
    expect(found).toEqual([])
  })

  it('where it has looked for headings, landmarks, the skip link and what scrolls', async () => {
    const page = await visits.visit()
    await everyState(page, visits)
    const { rules } = await runAxe(page)
    const looked = ['page-has-heading-one', 'region', 'skip-link', 'scrollable-region-focusable']
    expect(rules).toEqual(expect.arrayContaining([...looked, 'color-contrast', 'target-size']))
  })
})

describe('by keyboard', () => {
  const active = (page: Page, what: string) => page.evaluate(`document.activeElement?.${what}`)

  /** The next element that Tab reaches, and by how much the bar or the field covers it. */
  const focused = `new Promise(resolve => requestAnimationFrame(() => {
    const { activeElement: element } = document
    const { top, bottom } = element.getBoundingClientRect()
    const from = document.querySelector('.top').getBoundingClientRect().bottom
    const to = document.querySelector('.bottom').getBoundingClientRect().top
    const isInMain = element.closest('main') !== null
    const fits = bottom - top <= to - from
    const isSeen = fits ? top >= from - 1 && bottom <= to + 1 : top < to && bottom > from
    resolve({ name: element.outerHTML.slice(0, 80), isInMain, isSeen })
  }))`

  it.each([
    { name: 'Tab', width: 390, first: '.skip' },
    { name: 'Tab', width: 1280, first: '.skip' },
    { name: 'Shift+Tab', width: 390, first: '#source' },
    { name: 'Shift+Tab', width: 1280, first: '#source' },
  ])('nothing that $name reaches at $width px is behind the bar or the field', async key => {
    const options = { viewport: { width: key.width, height: 700 }, reducedMotion: 'reduce' } as const
    const page = await visits.visit(options)
    await everyState(page, visits)
    await page.locator(key.first).focus()
    const reached: { name: string; isInMain: boolean; isSeen: boolean }[] = []
    while (reached.length === 0 || reached.at(-1)?.isInMain || !reached.some(({ isInMain }) => isInMain)) {
      await page.keyboard.press(key.name)
      reached.push(await page.evaluate<(typeof reached)[number]>(focused))
    }
    expect(reached.filter(({ isInMain }) => isInMain).length).toBeGreaterThan(30)
    expect(reached.filter(({ isInMain, isSeen }) => isInMain && !isSeen)).toEqual([])
  })

  it('the link that skips the bar is the first, and leads to the field or to the answer', async () => {
    const page = await visits.visit()
    for (const [path, target] of [
      ['', 'text'],
      ['help', 'main'],
    ]) {
      await page.goto(`${visits.url}${path}`)
      await page.locator('.brand').focus()
      await page.keyboard.press('Shift+Tab')
      expect(await active(page, 'className')).toBe('skip')
      await page.keyboard.press('Enter')
      expect(await active(page, 'id')).toBe(target)
    }
  })

  it('a command that is higher than its box can be read to its end', async () => {
    const page = await visits.visit()
    await everyState(page, visits)
    await page.locator('.command code').nth(1).focus()
    await page.keyboard.press('End')
    await expect.poll(() => active(page, 'scrollTop')).toBeGreaterThan(0)
  })
})
