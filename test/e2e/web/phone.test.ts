/** The web chat on a phone, and the chart in the theme and with the time zone of its reader. */
import type { Page } from 'playwright-core'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { StatsView } from '../../../src/app/views/views.ts'
import { statsChartSvg } from '../../../src/bots/charts/stats-chart.ts'
import { dayMs } from '../../../src/common/durations.ts'
import { en } from '../../../src/words/en.ts'
import { operator } from '../../bots/web/http-person.ts'
import { eachDialog, everyState } from './every-state.ts'
import { ask, send, visitsOfEachTest } from './visits.ts'

const visits = visitsOfEachTest({ config: { admins: [operator.name] } })

/** The elements that reach beyond the screen or beyond the dialog, and text that its element cuts. */
const cut = `(() => {
  const dialog = document.querySelector('dialog[open]')
  const within = (dialog ?? document.body).getBoundingClientRect()
  return [...(dialog ?? document.body).querySelectorAll('*')]
    .filter(element => !element.closest('.hidden, .skip, .brand span, #source, datalist') && element.getClientRects().length > 0)
    .filter(element => {
      const { left, right } = element.getBoundingClientRect()
      const isBeyond = left < Math.max(0, within.left) - 1 || right > Math.min(innerWidth, within.right) + 1
      return isBeyond || (element.matches('div, p, li, code, nav, section') && element.scrollWidth > element.clientWidth + 1)
    })
    .map(element => element.outerHTML.slice(0, 100))
})()`

const phone = (width: number) => ({ viewport: { width, height: 740 }, isMobile: true, hasTouch: true })

/** The chart's source, its width on the screen, and the width of the file. */
async function shownChart(page: Page): Promise<{ url: string; shownPx: number; filePx: number }> {
  await page.locator('.chart').waitFor()
  return page.evaluate(`(async () => {
    const chart = document.querySelector('.chart')
    await chart.decode()
    return { url: chart.currentSrc, shownPx: chart.clientWidth, filePx: (await createImageBitmap(chart)).width }
  })()`)
}

describe.each([390, 320])('at %i px', width => {
  it('nothing reaches beyond the screen or is cut', async () => {
    const page = await visits.visitAs(operator.cookie, phone(width))
    await everyState(page, visits)
    const found: string[] = []
    const look = async (name: string) => {
      found.push(...(await page.evaluate<string[]>(cut)).map(element => `${name}: ${element}`))
      expect(await page.evaluate('document.documentElement.scrollWidth'), name).toBe(width)
    }
    await look('jobs')
    await eachDialog(page, look)
    expect(found).toEqual([])
  })

  it('the fields of Defaults are as wide as their dialog', async () => {
    const page = await visits.visit(phone(width))
    await send(page, '/settings')
    const fields = page.locator('.settings :is(select, input:not([type=hidden]))')
    await fields.first().waitFor()
    for (const field of await fields.all())
      expect((await field.boundingBox())?.width).toBeGreaterThan(width - 80)
  })

  it('the labels of the chart have 11 px or more', async () => {
    const page = await visits.visitAs(operator.cookie, phone(width))
    await easelPaints(page)
    await send(page, '/stats')
    const { url, shownPx } = await shownChart(page)
    expect(new URL(url).searchParams.get('size')).toBe('narrow')
    const svg = await statsChartSvg(figures(), en, { theme: 'light', size: 'narrow' })
    const drawnPx = Number(/<svg width="(\d+)"/.exec(svg)?.[1])
    const fonts = [...svg.matchAll(/font-size:(\d+)px/g)].map(match => Number(match[1]))
    expect((Math.min(...fonts) * shownPx) / drawnPx).toBeGreaterThanOrEqual(11)
  })
})

/** What the chart shows to the operator. */
function figures(): StatsView {
  const { easel, lastCaller } = visits.easel
  if (lastCaller === undefined) expect.fail('nobody asked for anything')
  const toMs = visits.easel.test.clock.now()
  const found = easel.stats({ fromMs: toMs - dayMs, toMs }, lastCaller)
  return found.kind === 'stats' ? found.stats : expect.fail('the operator sees no figures')
}

async function easelPaints(page: Page): Promise<void> {
  await visits.easel.paint(await ask(page, visits, 'a red circle'))
  // A job of this very moment is not in the figures up to it.
  visits.easel.test.clock.advance(1)
}

describe('the chart', () => {
  it('has the ground of its theme, also when the theme changes', async () => {
    const page = await visits.visitAs(operator.cookie, { colorScheme: 'light' })
    await easelPaints(page)
    await send(page, '/stats')
    for (const [colorScheme, ground] of [
      ['light', [255, 255, 255]],
      ['dark', [31, 29, 26]],
    ] as const) {
      await page.emulateMedia({ colorScheme })
      await expect.poll(async () => (await shownChart(page)).url).toContain(`theme=${colorScheme}`)
      const { url } = await shownChart(page)
      const chart = await page.request.get(url)
      const { data } = await sharp(await chart.body())
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true })
      expect([...data.subarray(0, 3)]).toEqual(ground)
    }
  })
})

describe('times', () => {
  const options = { timezoneId: 'Asia/Tokyo', locale: 'en-GB' }

  it('are of the browser’s zone, which is named', async () => {
    const page = await visits.visit(options)
    await page.clock.setFixedTime('2026-01-05T13:00:00Z')
    await ask(page, visits, 'a red circle')
    const time = page.locator('.who time')
    expect(await time.textContent()).toBe('21:00')
    expect(await time.getAttribute('title')).toContain('GMT+9')
  })

  it('have their day where it is not today, and their year where it is another', async () => {
    const page = await visits.visit(options)
    await page.clock.setFixedTime('2026-01-05T13:00:00Z')
    await ask(page, visits, 'a red circle')
    const time = page.locator('.who time')
    // In Tokyo it is the next day.
    await page.clock.setFixedTime('2026-01-05T15:30:00Z')
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
    expect(await time.textContent()).toBe('5 Jan, 21:00')
    await page.clock.setFixedTime('2027-01-05T12:00:00Z')
    await page.reload()
    expect(await time.textContent()).toBe('5 Jan 2026, 21:00')
  })

  it('are UTC without script, and say so', async () => {
    const page = await visits.visit({ ...options, javaScriptEnabled: false })
    await page.fill('#text', 'a red circle')
    await page.getByRole('button', { name: en.web.composer.send, exact: true }).click()
    await page.getByText('2026-01-05 12:00 UTC').waitFor()
  })
})
