import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebAdapter } from '../../../src/bots/web/web-adapter.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en } from '../../../src/words/en.ts'
import { operator } from '../../bots/web/http-person.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { DrivenEasel } from '../../helpers/driven-easel.ts'
import { launchBrowser, newVisitor, type Visitor } from '../../helpers/processes/browser.ts'

const golden = readFileSync(join(packageRoot, 'test/golden/demo/0-base.png'))

describe('the web chat in a real browser, over a scripted engine', () => {
  let browser: Browser
  let easel: DrivenEasel
  let adapter: WebAdapter
  let visitors: Visitor[]

  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser.close())

  beforeEach(async () => {
    easel = await DrivenEasel.build({ config: { admins: [operator.name] } })
    visitors = []
    await open(0)
  })
  afterEach(async () => {
    for (const { page } of visitors) await page.context().close()
    await adapter.stop()
    await easel.dispose()
    for (const { complaints } of visitors) expect(complaints).toEqual([])
  })

  async function open(port: number): Promise<void> {
    const defaults = loadConfig(packageRoot, packageRoot)
    const { ids, log } = easel.test
    adapter = new WebAdapter({
      easel: easel.easel,
      config: { ...defaults, web: { ...defaults.web, port } },
      secrets: {},
      // The browser's side of a stream waits in real time.
      clock: realClock,
      ids,
      log,
    })
    await adapter.start()
    easel.attach(adapter.courier)
  }

  async function visit(options?: Parameters<typeof newVisitor>[1], cookie?: string): Promise<Page> {
    const visitor = await newVisitor(browser, options)
    visitors.push(visitor)
    const url = adapter.url ?? ''
    const [name = '', value] = cookie?.split('=') ?? []
    if (value !== undefined) await visitor.page.context().addCookies([{ name, value, url }])
    await visitor.page.goto(url)
    return visitor.page
  }

  /** Types a line, sends it with the Enter key, and answers with the id of the job when it is on the page. */
  async function imagine(page: Page, text: string): Promise<string> {
    const before = await page.locator('[data-job]').count()
    await page.fill('#text', text)
    await page.press('#text', 'Enter')
    await page.locator('[data-job]').nth(before).waitFor()
    return easel.jobs.at(-1)?.id ?? ''
  }

  /** Fails where the picture is broken. */
  async function loaded(page: Page, selector: string): Promise<void> {
    await page.locator(selector).waitFor()
    // As text, a function would be returned instead of called.
    await page.evaluate(`document.querySelector('${selector}').decode()`)
  }

  const job = (page: Page, id: string) => page.locator(`#job-${id}`)

  it('shows place, steps, preview and picture without a reload, and leaves the focus where it is', async () => {
    const page = await visit()
    await page.getByText(en.web.empty.title).waitFor()
    const id = await imagine(page, '/imagine a red circle on a blue background --seed 7')
    await job(page, id).getByText(en.job.next).waitFor()
    expect(await page.inputValue('#text')).toBe('')

    await easel.start(id)
    await easel.step(5, golden)
    await job(page, id).getByText(en.job.step(5, 20)).waitFor()
    expect(await job(page, id).locator('progress').getAttribute('value')).toBe('5')
    await loaded(page, 'img.preview')

    await page.fill('#text', 'meanwhile something else')
    await easel.finish(id)
    const picture = job(page, id).locator('.pictures img')
    await loaded(page, '.pictures img')
    expect(await picture.getAttribute('alt')).toContain('a red circle on a blue background')
    expect(await job(page, id).locator('code').textContent()).toMatch(/^\/imagine a red circle .* --seed 7 /)
    expect(await job(page, id).locator('button.press').allTextContents()).toEqual([
      ...['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2'],
      ...['Re-roll', 'Remix', 'Info', 'Delete'],
    ])
    expect(await page.inputValue('#text')).toBe('meanwhile something else')
    expect(await page.evaluate('document.activeElement?.id')).toBe('text')
    expect(await page.locator('#announce').textContent()).toContain('a red circle on a blue background')
  })

  it('continues the thread by buttons, by keyboard alone, with a link to the parent', async () => {
    const page = await visit()
    const id = await imagine(page, 'a red circle')
    await easel.paint(id)
    const refine = job(page, id).getByRole('button', { name: 'Refine' })
    await refine.focus()
    await page.keyboard.press('Enter')
    await page.locator('[data-job]').nth(1).waitFor()
    const child = easel.jobs[1]?.id ?? ''
    expect(await page.locator('[data-thread]').count()).toBe(1)
    expect(await job(page, child).locator('a').first().getAttribute('href')).toBe(`#job-${id}`)

    const cancel = job(page, child).getByRole('button', { name: 'Cancel' })
    await cancel.focus()
    await easel.start(child)
    // Of the 20 steps those run that the strength leaves.
    await easel.step(3)
    await job(page, child).getByText(en.job.step(3, 6)).waitFor()
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Cancel')
    await easel.finish(child)
    await job(page, child).locator('.pictures img').waitFor()
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Refine')
  })

  it('completes the names of commands while they are typed', async () => {
    const page = await visit()
    const offered = page.locator('#completions button:visible')
    await page.locator('#text').pressSequentially('/us')
    expect(await offered.allTextContents()).toEqual([`/usage ${en.commands.usage.about}`])
    await page.keyboard.press('Tab')
    expect(await page.inputValue('#text')).toBe('/usage ')
    expect(await offered.count()).toBe(0)
    await page.keyboard.press('Enter')
    await page.getByText(en.usage.unlimited).waitFor()
    await page.fill('#text', '/imagine a red circle')
    expect(await offered.count()).toBe(0)
  })

  it('is the same in two browsers at once, and lets only the author delete', async () => {
    const [ada, bob] = [await visit(), await visit()]
    const id = await imagine(ada, 'a red circle --n 3')
    await easel.paint(id)
    await job(bob, id).locator('.pictures img').nth(2).waitFor()
    await job(bob, id).getByRole('button', { name: 'Delete' }).click()
    await bob.getByText(en.problems['not-yours']({})).waitFor()
    await job(bob, id).getByRole('button', { name: 'More 1' }).click()
    await bob.getByRole('dialog').waitFor()
    await job(ada, id).getByRole('button', { name: 'Delete' }).click()
    await ada.getByRole('dialog').getByRole('button', { name: en.chat.deletion.yes }).click()
    for (const page of [ada, bob]) await job(page, id).waitFor({ state: 'detached' })
    await bob.getByText(en.web.empty.title).waitFor()
    await bob.getByRole('dialog').waitFor({ state: 'hidden' })
  })

  it('is there again after a reload, and catches up by itself after a restart of the server', async () => {
    const page = await visit()
    const done = await imagine(page, 'the first')
    await easel.paint(done)
    const waiting = await imagine(page, 'the second')
    await page.reload()
    await job(page, done).locator('.pictures img').waitFor()
    await job(page, waiting).getByText(en.job.next).waitFor()

    const { port } = new URL(adapter.url ?? '')
    await adapter.stop()
    await page.locator('body.offline').waitFor({ state: 'attached' })
    await easel.paint(waiting)
    await open(Number(port))
    await job(page, waiting).locator('.pictures img').waitFor({ timeout: 20_000 })
    expect(await page.locator('body.offline').count()).toBe(0)
    await job(page, done).getByRole('button', { name: 'Re-roll' }).click()
    await page.locator('[data-job]').nth(2).waitFor()
  })

  it('answers in a dialog that the Escape key closes', async () => {
    const page = await visit({}, operator.cookie)
    const id = await imagine(page, 'a red circle --seed 7')
    await easel.paint(id)
    await job(page, id).getByRole('button', { name: 'Info' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText(en.info.title).waitFor()
    expect(await dialog.textContent()).toContain('Seed 7')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })

    for (const name of ['Queue', 'Models', 'Usage', 'Stats', 'Help']) {
      await page.getByRole('link', { name, exact: true }).click()
      await dialog.waitFor()
      await page.getByRole('button', { name: en.web.dialog.close }).click()
      await dialog.waitFor({ state: 'hidden' })
    }
    await page.fill('#text', '/help')
    await page.press('#text', 'Enter')
    await dialog.getByText(en.help.title).waitFor()
  })

  it('remixes in a form that holds the prompt', async () => {
    const page = await visit()
    const id = await imagine(page, 'a red circle --no text')
    await easel.paint(id)
    await job(page, id).getByRole('button', { name: 'Remix' }).click()
    const field = page.getByLabel(en.web.remix.prompt)
    expect(await field.inputValue()).toBe('a red circle --no text')
    await field.fill('a green square')
    await page.getByRole('dialog').getByRole('button', { name: en.web.remix.send }).click()
    await page.locator('[data-job]').nth(1).waitFor()
    const order = { prompt: { negative: null } }
    expect(easel.jobs[1]).toMatchObject({ promptAsTyped: 'a green square', order, parent: { jobId: id } })
  })

  it('starts from a picture of the person’s own, also where the prompt fans out', async () => {
    const page = await visit()
    await page.setInputFiles('#source', join(packageRoot, 'test/golden/demo/1-base.png'))
    await page.locator('#source-thumbnail').waitFor()
    await page.fill('#text', 'a {red,blue} moon')
    await page.press('#text', 'Enter')
    await page.getByRole('button', { name: en.web.confirm.yes(2) }).click()
    await page.locator('[data-job]').nth(1).waitFor()
    expect(easel.lastRequest).toMatchObject({ source: { kind: 'bytes' }, strength: 0.6 })
    await page.locator('#source-thumbnail').waitFor({ state: 'hidden' })
  })

  it('gives a refused text back and says why; what follows is fine again', async () => {
    const page = await visit()
    await page.fill('#text', '/imagine a cat --sed 3')
    await page.press('#text', 'Enter')
    await page.getByText('Did you mean --seed?').waitFor()
    expect(await page.inputValue('#text')).toBe('/imagine a cat --sed 3')
    await imagine(page, '/imagine a cat --seed 3')
    expect(await page.locator('#notices').textContent()).toBe('')
  })

  it('fits a phone', async () => {
    const page = await visit({ viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
    const id = await imagine(page, `a ${'verylongword'.repeat(20)} --n 4`)
    await easel.paint(id)
    await job(page, id).locator('.pictures img').nth(3).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0)
    await job(page, id).getByRole('button', { name: 'Refine 2' }).tap()
    await page.locator('[data-job]').nth(1).waitFor()
  })

  it.each([
    '<img src=x onerror="window.hit=1">',
    '<script>window.hit=1</script>',
    '"><svg onload=window.hit=1>',
    'javascript:window.hit=1//\'"><a href=javascript:window.hit=1>click</a>',
    '</textarea><script>window.hit=1</script>',
  ])('keeps %s inert, in the page as it is served and as it comes live', async text => {
    const page = await visit()
    const quoted = `"${text.replaceAll('"', '\\"')}"`
    const id = await imagine(page, `/imagine ${quoted}`)
    await easel.paint(id)
    await job(page, id).getByRole('button', { name: 'Remix' }).click()
    await page.getByRole('dialog').waitFor()
    await page.reload()
    await job(page, id).locator('.pictures img').waitFor()
    expect(await page.evaluate(`'hit' in window`)).toBe(false)
    expect(await page.locator('.prompt').first().textContent()).toBe(text)
  })

  it('stays where one has scrolled to while one types or something far below changes', async () => {
    const page = await visit({ reducedMotion: 'reduce' })
    for (const text of ['one', 'two', 'three']) await easel.paint(await imagine(page, text))
    const last = await imagine(page, 'four')
    await page.evaluate('scrollTo(0, 0)')
    await page.locator('#text').pressSequentially('typing')
    await easel.start(last)
    await easel.step(5, golden)
    await job(page, last).getByText(en.job.step(5, 20)).waitFor()
    expect(await page.evaluate('scrollY')).toBe(0)
  })

  it('works in a browser without script', async () => {
    const page = await visit({ javaScriptEnabled: false })
    await page.fill('#text', '/imagine a cat')
    await page.getByRole('button', { name: en.web.composer.send, exact: true }).click()
    await page.waitForURL(/#job-/)
    const id = easel.jobs[0]?.id ?? ''
    await easel.paint(id)
    await page.reload()
    await job(page, id).locator('.pictures img').waitFor()
    await job(page, id).getByRole('button', { name: 'Info' }).click()
    await page.getByText(en.info.title).waitFor()
    await page.getByRole('link', { name: en.web.dialog.back }).click()
    await job(page, id).waitFor()
  })
})
