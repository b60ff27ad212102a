/** The pictures of a long list: thumbnails, loaded near the view, in boxes that have their size before. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { demoModel } from '../../helpers/build-test-easel.ts'
import { visitsOfEachTest } from './visits.ts'

/** As SDXL, it paints 1024 px. */
const visits = visitsOfEachTest({ models: [{ ...demoModel, nativeSidePx: 1024 }] })

/** A finished result in the chat, asked for by somebody else. */
async function result(size: [widthPx: number, heightPx: number], count = 1): Promise<string> {
  const [widthPx, heightPx] = size
  const { id } = await visits.easel.test.ask({ prompt: 'a cat', size: { widthPx, heightPx }, count })
  await visits.easel.paint(id)
  return id
}

/** Opens the chat, and names what it asks for of pictures from the beginning on. */
async function visitCounting(): Promise<{ page: Page; asked: string[] }> {
  const page = await visits.visit({}, 'about:blank')
  const asked: string[] = []
  page.on('request', request => {
    const { pathname, search } = new URL(request.url())
    if (pathname.startsWith('/pictures/')) asked.push(pathname + search)
  })
  await page.goto(visits.url)
  return { page, asked }
}

/** Resolves when the first picture of a job is there. */
async function shown(page: Page, jobId: string | undefined): Promise<void> {
  const image = `document.querySelector('#job-${jobId} .pictures img')`
  await expect.poll(() => page.evaluate(`${image}?.naturalWidth > 0`), { timeout: 30_000 }).toBe(true)
}

it('of 50 results no original is loaded, and thumbnails only near the view', async () => {
  const ids: string[] = []
  for (let i = 0; i < 50; i++) ids.push(await result([640, 640]))
  const { page, asked } = await visitCounting()
  await shown(page, ids[49])
  expect(asked.filter(url => !/\/thumbnail\?side=(512|1024)$/.test(url))).toEqual([])
  expect(new Set(asked).size).toBeLessThan(15)

  const pictureOf = (id: string | undefined) => visits.easel.job(id ?? '')?.pictures[0]?.id ?? ''
  const isAsked = (id: string | undefined) => asked.some(url => url.includes(pictureOf(id)))
  expect(isAsked(ids[25])).toBe(false)
  await page.locator(`#job-${ids[25]}`).scrollIntoViewIfNeeded()
  await shown(page, ids[25])
  expect(isAsked(ids[25])).toBe(true)
  expect(new Set(asked).size).toBeLessThan(25)
})

it('nothing moves when thumbnails come', async () => {
  const shapes: [[number, number], number?][] = [
    [[128, 128]],
    [[640, 640], 4],
    [[1152, 512]],
    [[512, 1152]],
    [[1024, 1024]],
  ]
  for (const [size, count] of shapes) await result(size, count)
  const page = await visits.visit({}, 'about:blank')
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  await page.route('**/thumbnail?*', async route => {
    await released
    await route.continue()
  })
  // The event of loading waits for the pictures.
  await page.goto(visits.url, { waitUntil: 'domcontentloaded' })
  const boxes = `[...document.querySelectorAll('[data-job], .pictures img')].map(element => {
    const { left, top, width, height } = element.getBoundingClientRect()
    return [left, top + scrollY, width, height]
  })`
  const before = await page.evaluate<number[][]>(boxes)
  for (const box of before) expect(Math.min(...box.slice(2))).toBeGreaterThan(100)
  release()
  await page.evaluate(`Promise.all([...document.querySelectorAll('.pictures img')].map(image => {
    image.loading = 'eager'
    return image.decode()
  }))`)
  expect(await page.evaluate(boxes)).toEqual(before)
})

it('the enlarged view and the download are the original, with its parameters', async () => {
  const id = await result([128, 128])
  const picture = visits.easel.job(id)?.pictures[0]
  const original = await visits.easel.test.bytesOf(picture?.id ?? '')
  const page = await visits.visit()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`easel-${picture?.hash.slice(0, 16)}.png`)
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(Buffer.from(chunk))
  expect(Buffer.concat(chunks).equals(Buffer.from(original ?? []))).toBe(true)

  const [opened] = await Promise.all([page.waitForEvent('popup'), page.locator('.pictures .view').click()])
  await opened.waitForLoadState()
  expect(new URL(opened.url()).pathname).toBe(`/pictures/${picture?.id}`)
})
