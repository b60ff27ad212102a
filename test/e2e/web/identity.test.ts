/** A browser stays the same person in the web chat, however its page is opened. */
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { visitsOfEachTest } from './visits.ts'

const visits = visitsOfEachTest()

/** Opens the chat by a link on a page of another site. */
async function followLink(page: Page): Promise<void> {
  const elsewhere = 'http://elsewhere.example/'
  const body = `<a href="${visits.url}">Our pictures</a>`
  await page.route(elsewhere, route => route.fulfill({ contentType: 'text/html', body }))
  await page.goto(elsewhere)
  await page.getByRole('link').click()
  await page.locator('#text').waitFor()
}

async function cookieOf(page: Page) {
  const [cookie] = await page.context().cookies(visits.url)
  return cookie ?? expect.fail('there is no cookie')
}

describe('a browser is the same person', () => {
  it('by a link on another site, as in a chat or a mail', async () => {
    const page = await visits.visit()
    const { value } = await cookieOf(page)
    await followLink(page)
    expect((await cookieOf(page)).value).toBe(value)
  })

  it('with a cookie of an earlier version, once it has opened the page', async () => {
    const secret = '0123456789abcdef'.repeat(2)
    const page = await visits.visit()
    const cookie = { name: 'easel_person', value: secret, url: visits.url, sameSite: 'Strict' } as const
    await page.context().addCookies([cookie])
    await page.reload()
    await followLink(page)
    expect((await cookieOf(page)).value).toBe(secret)
  })

  it('for a year after each visit, not after the first', async () => {
    const page = await visits.visit()
    const before = (await cookieOf(page)).expires
    const { name, value } = await cookieOf(page)
    await page.context().addCookies([{ name, value, url: visits.url, expires: before - 86_400 }])
    await page.reload()
    expect((await cookieOf(page)).expires).toBeGreaterThanOrEqual(before)
  })
})
