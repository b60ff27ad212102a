import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { backgroundColour, objectColour, type Pixels } from '../../helpers/models/picture-judges.ts'
import { launchBrowser, newVisitor, type Visitor } from '../../helpers/processes/browser.ts'
import { ServerProcess } from '../../helpers/processes/server-process.ts'

describe('the web chat with the real model', () => {
  let browser: Browser
  let server: ServerProcess
  let visitor: Visitor
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    server = new ServerProcess()
    await server.start()
    visitor = await newVisitor(browser)
    page = visitor.page
    await page.goto(server.url)
  })
  afterEach(async () => {
    await page.context().close()
    await server.dispose()
  })

  async function imagine(text: string): Promise<void> {
    await page.fill('#text', text)
    await page.press('#text', 'Enter')
  }

  /** The pixels of the original as the browser gets them, once its thumbnail is there. */
  async function pixelsOf(index: number): Promise<Pixels> {
    await page.locator('.pictures img').nth(index).waitFor()
    const url = await page.locator('.pictures .view').nth(index).getAttribute('href')
    const response = await page.request.get(new URL(url ?? '', server.url).href)
    const { data, info } = await sharp(await response.body())
      .removeAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { widthPx: info.width, heightPx: info.height, data }
  }

  it('paints a red circle on a blue background, and goes on from it', async () => {
    await imagine('/imagine a red circle on a blue background --seed 7')
    const painted = await pixelsOf(0)
    expect([painted.widthPx, painted.heightPx]).toEqual([128, 128])
    expect(objectColour(painted, 'circle')).toBe('red')
    expect(backgroundColour(painted)).toBe('blue')

    await page.getByRole('button', { name: 'Refine' }).click()
    expect(objectColour(await pixelsOf(1), 'circle')).toBe('red')
    await page.getByRole('button', { name: 'Upscale' }).first().click()
    expect((await pixelsOf(2)).widthPx).toBe(256)
    expect(await page.locator('[data-thread]').count()).toBe(1)
    expect(visitor.complaints).toEqual([])
  })

  it('finishes after a kill what was asked for before it, once, on the page that was left open', async () => {
    await imagine('/imagine a yellow moon on a blue background --seed 7 --steps 150')
    await page.locator('progress').waitFor()
    await server.end('SIGKILL')
    await page.locator('body.offline').waitFor({ state: 'attached' })
    await server.start()
    expect(objectColour(await pixelsOf(0), 'moon')).toBe('yellow')
    await page.reload()
    expect(await page.locator('.pictures img').count()).toBe(1)
    expect(await page.locator('[data-job]').count()).toBe(1)
  })
})
