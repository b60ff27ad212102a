/** What goes wrong between a person, a browser and the web chat: nothing that was typed or chosen is lost in silence. */
import { createServer, request } from 'node:http'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import { notices, send, visitsOfEachTest } from './visits.ts'

const visits = visitsOfEachTest()

const jobs = (page: Page) => page.locator('[data-job]')

/** Holds back what the page sends until the returned function is called. */
async function holdBack(page: Page, path: string): Promise<() => void> {
  let release = () => {}
  const released = new Promise<void>(resolve => {
    release = resolve
  })
  await page.route(path, async route => {
    await released
    await route.continue()
  })
  return release
}

describe('pages of one browser', () => {
  it('share a live connection, so that nine of them work', async () => {
    const first = await visits.visit()
    const pages = [first]
    for (let n = 2; n <= 9; n++) {
      const page = await first.context().newPage()
      await page.goto(visits.url)
      pages.push(page)
    }
    await send(pages[8] ?? first, 'a red circle')
    for (const page of pages) await jobs(page).first().waitFor()
    // A page that comes later has what came before it, and what comes after.
    await first.reload()
    await visits.easel.paint(visits.easel.jobs[0]?.id ?? '')
    for (const page of pages) await page.locator('.pictures img').first().waitFor()
  })
})

describe('what was typed', () => {
  it('while an answer was on its way stays', async () => {
    const page = await visits.visit()
    const release = await holdBack(page, '**/say')
    await send(page, 'a red circle')
    await page.fill('#text', 'the next one')
    release()
    await jobs(page).first().waitFor()
    expect(await page.inputValue('#text')).toBe('the next one')
  })

  it('behind a line that was sent is what remains of the two', async () => {
    const page = await visits.visit()
    const release = await holdBack(page, '**/say')
    await send(page, 'a red circle')
    await page.locator('#text').pressSequentially('more')
    release()
    await jobs(page).first().waitFor()
    expect(await page.inputValue('#text')).toBe('more')
  })

  it('in a form that is refused stays there, with the reason beside it', async () => {
    const page = await visits.visit()
    await send(page, 'a red circle')
    await visits.easel.paint(visits.easel.jobs[0]?.id ?? '')
    await jobs(page).getByRole('button', { name: 'Remix' }).click()
    const field = page.getByLabel(en.web.remix.prompt)
    await field.fill('a green square --steps 999')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: en.web.remix.send }).click()
    await dialog.getByRole('alert').getByText('steps').waitFor()
    expect(await field.inputValue()).toBe('a green square --steps 999')
    await field.fill('a green square --steps 9')
    await dialog.getByRole('button', { name: en.web.remix.send }).click()
    await dialog.waitFor({ state: 'hidden' })
    await jobs(page).nth(1).waitFor()
  })

  it('is sent once, and once only, when a server that was away is back', async () => {
    const page = await visits.visit()
    const port = await visits.close()
    await send(page, 'a red circle')
    await notices(page).getByText(en.web.announce.notSent).waitFor()
    await page.press('#text', 'Enter')
    await visits.open(port)
    await jobs(page).first().waitFor()
    await notices(page).getByText(en.web.announce.notSent).waitFor({ state: 'detached' })
    expect(await page.inputValue('#text')).toBe('')
    expect(visits.easel.jobs).toHaveLength(1)
  })

  it('before another text is sent as well when a server that was away is back', async () => {
    const page = await visits.visit()
    const port = await visits.close()
    for (const text of ['a red circle', 'a green square']) {
      const failed = page.waitForEvent('requestfailed')
      await send(page, text)
      await failed
    }
    await visits.open(port)
    await jobs(page).nth(1).waitFor()
    expect(visits.easel.jobs.map(job => job.promptAsTyped).sort()).toEqual(['a green square', 'a red circle'])
    await expect.poll(() => page.inputValue('#text')).toBe('')
  })

  it('is sent again to a proxy whose server is away, and not to a server that itself refuses', async () => {
    const page = await visits.visit()
    const away = { status: 503, contentType: 'text/plain', body: 'no available server' }
    const own = { ...away, body: 'the database is damaged', headers: { 'x-easel': 'answer' } }
    const answers = [away, own]
    let count = 0
    await page.route('**/say', async route => {
      count += 1
      await route.fulfill(answers.shift() ?? own)
    })
    await send(page, 'a red circle')
    await notices(page).getByText(en.web.announce.notSent).waitFor()
    await notices(page).getByText('the database is damaged').waitFor()
    expect(count).toBe(2)
    expect(await page.inputValue('#text')).toBe('a red circle')
  })

  it('is not said to be unsent where it was accepted and the page has a fault', async () => {
    const page = await visits.visit()
    const faults: Error[] = []
    page.on('pageerror', error => faults.push(error))
    await page.evaluate(
      `document.querySelector('#composer').reset = () => { throw new Error('ERR_OF_PAGE') }`,
    )
    await send(page, 'a red circle')
    await jobs(page).first().waitFor()
    await expect.poll(() => faults.length).toBe(1)
    expect(await notices(page).textContent()).not.toContain(en.web.announce.notSent)
  })

  it('is not sent by the key that ends a composition', async () => {
    const page = await visits.visit()
    await page.fill('#text', 'にほん')
    const event = { key: 'Enter', keyCode: 229, bubbles: true, cancelable: true }
    await page.locator('#text').dispatchEvent('keydown', event)
    await page.locator('#text').pressSequentially('ご')
    await page.press('#text', 'Enter')
    await jobs(page).first().waitFor()
    expect(visits.easel.jobs.map(job => job.promptAsTyped)).toEqual(['にほんご'])
  })

  it('is not lost to a proxy that answers in Easel’s place, and what it answered is said', async () => {
    const page = await visits.visit()
    const answers = { 413: en.web.refused.largeForProxy, 401: en.web.refused.answered('401') }
    for (const [status, sentence] of Object.entries(answers)) {
      const answer = { status: Number(status), contentType: 'text/html', body: '<h1>Not Easel</h1>' }
      await page.route('**/say', route => route.fulfill(answer))
      await send(page, 'a red circle')
      await notices(page).getByText(sentence).waitFor()
      expect(await page.inputValue('#text')).toBe('a red circle')
    }
  })
})

describe('a page that comes back from the browser’s cache', () => {
  const comeBack = (page: Page) =>
    page.evaluate(`dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))`)

  it('has what it missed, also when it could not be loaded at once', async () => {
    const page = await visits.visit()
    await send(page, 'a red circle')
    await jobs(page).first().waitFor()
    await page.evaluate(`document.querySelector('.thread').remove()`)
    await page.route('**/feed*', route => route.abort(), { times: 1 })
    const failed = page.waitForEvent('requestfailed')
    await comeBack(page)
    await failed
    await jobs(page).first().waitFor()
  })

  it('keeps what is newer than what it loads', async () => {
    const page = await visits.visit()
    await send(page, 'a red circle')
    await jobs(page).first().waitFor()
    let release = () => {}
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    let asked = () => {}
    const isAsked = new Promise<void>(resolve => {
      asked = resolve
    })
    await page.route('**/feed*', async route => {
      const response = await route.fetch()
      asked()
      await released
      await route.fulfill({ response })
    })
    await comeBack(page)
    await isAsked
    await send(page, 'a green square')
    await jobs(page).nth(1).waitFor()
    const loaded = page.waitForEvent('requestfinished', request => request.url().includes('/feed'))
    release()
    await loaded
    await page.evaluate('new Promise(resolve => setTimeout(resolve))')
    expect(await jobs(page).count()).toBe(2)
  })
})

describe('below a path of a proxy', () => {
  it('the page, its pictures, forms and live changes work', async () => {
    const proxy = createServer((asked, answer) => {
      const [, path] = /^\/easel(\/.*)$/.exec(asked.url ?? '') ?? []
      if (path === undefined) {
        answer.writeHead(404).end()
        return
      }
      const { method, headers } = asked
      const passed = request(new URL(path, visits.url), { method, headers }, response => {
        answer.writeHead(response.statusCode ?? 502, response.headers)
        response.pipe(answer)
      })
      // The browser leaves what it no longer wants, also before it is answered.
      passed.on('error', () => answer.destroy())
      answer.once('close', () => passed.destroy())
      asked.pipe(passed)
    })
    await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
    try {
      const address = proxy.address()
      const port = address !== null && typeof address === 'object' ? address.port : 0
      const page = await visits.visit({}, `http://127.0.0.1:${port}/easel/`)
      await send(page, 'a red circle')
      await jobs(page).first().waitFor()
      await visits.easel.paint(visits.easel.jobs[0]?.id ?? '')
      const picture = page.locator('.pictures img').first()
      await picture.waitFor()
      await page.evaluate(`document.querySelector('.pictures img').decode()`)
      await page.getByRole('link', { name: 'Help', exact: true }).click()
      await page.getByRole('dialog').waitFor()
      await page.goto(`http://127.0.0.1:${port}/easel/help`)
      await page.getByRole('link', { name: en.web.dialog.back }).click()
      await jobs(page).first().waitFor()
    } finally {
      proxy.closeAllConnections()
      await new Promise(resolve => proxy.close(resolve))
    }
  })
})

it('a result comes into view above the field, however high that is', async () => {
  const page = await visits.visit({ viewport: { width: 380, height: 800 }, reducedMotion: 'reduce' })
  for (const text of ['one', 'two', 'three', 'four']) {
    await send(page, text)
    await jobs(page)
      .nth(visits.easel.jobs.length - 1)
      .waitFor()
    await visits.easel.paint(visits.easel.jobs.at(-1)?.id ?? '')
  }
  await page.evaluate('scrollTo(0, 0)')
  // Its remarks make the field high.
  await send(page, 'a cat AND a dog, cat::2 dog, (tree:1,2), [house')
  await jobs(page).nth(4).waitFor()
  const last = jobs(page).last()
  await expect
    .poll(async () => {
      const [shown, field] = [await last.boundingBox(), await page.locator('.bottom').boundingBox()]
      return shown && field ? shown.y + shown.height <= field.y : false
    })
    .toBe(true)
})

it('a double click on a button is one press, however fast the answer is; clicks after one another are two', async () => {
  const page = await visits.visit()
  await send(page, 'a red circle')
  await jobs(page).first().waitFor()
  await visits.easel.paint(visits.easel.jobs[0]?.id ?? '')
  const reroll = page.getByRole('button', { name: en.buttons['re-roll'] }).first()
  const pressed: string[] = []
  page.on('request', request => {
    if (request.method() === 'POST') pressed.push(request.url())
  })
  await reroll.click()
  await jobs(page).nth(1).waitFor()
  // The second half of a double click comes after the answer to the first.
  await page.mouse.down({ clickCount: 2 })
  await page.mouse.up({ clickCount: 2 })
  await visits.easel.paint(visits.easel.jobs[1]?.id ?? '')
  await reroll.click()
  await jobs(page).nth(2).waitFor()
  expect(pressed).toHaveLength(2)
})
