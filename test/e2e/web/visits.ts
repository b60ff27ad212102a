/** A web chat over a scripted engine, and the browsers that visit it. */
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { WebAdapter } from '../../../src/bots/web/web-adapter.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { realClock } from '../../fakes/real-clock.ts'
import { DrivenEasel } from '../../helpers/driven-easel.ts'
import { launchBrowser, newVisitor, type Visitor } from '../../helpers/processes/browser.ts'

/** A chat for each test of the file that calls it, and one browser for all. No page may complain in a test. */
export function visitsOfEachTest(options?: ChatOptions): WebVisits {
  const visits = new WebVisits(options)
  beforeAll(() => visits.launch())
  afterAll(() => visits.quit())
  beforeEach(() => visits.begin())
  afterEach(async () => {
    expect(await visits.end()).toEqual([])
  })
  return visits
}

type ChatOptions = Parameters<typeof DrivenEasel.build>[0]

export class WebVisits {
  readonly #options: ChatOptions
  #browser: Browser | undefined
  #easel: DrivenEasel | undefined
  #adapter: WebAdapter | undefined
  #visitors: Visitor[] = []

  constructor(options?: ChatOptions) {
    this.#options = options
  }

  async launch(): Promise<void> {
    this.#browser = await launchBrowser()
  }

  async quit(): Promise<void> {
    await this.#browser?.close()
  }

  async begin(): Promise<void> {
    this.#easel = await DrivenEasel.build(this.#options)
    await this.open(0)
  }

  get easel(): DrivenEasel {
    return begun(this.#easel)
  }

  get url(): string {
    return this.#adapter?.url ?? ''
  }

  async open(port: number): Promise<void> {
    const defaults = loadConfig(packageRoot, packageRoot)
    const { ids, log } = this.easel.test
    const config = { ...defaults, web: { ...defaults.web, port } }
    // The browser's side of a stream waits in real time.
    this.#adapter = new WebAdapter({
      easel: this.easel.easel,
      config,
      secrets: {},
      clock: realClock,
      ids,
      log,
    })
    await this.#adapter.start()
    this.easel.attach(this.#adapter.courier)
  }

  /** Stops the server, and returns the port that it had. */
  async close(): Promise<number> {
    const port = Number(new URL(this.url).port)
    await this.#adapter?.stop()
    return port
  }

  /** A page of somebody new. */
  async visit(options?: Parameters<typeof newVisitor>[1], url = this.url): Promise<Page> {
    const page = await this.#newPage(options)
    await page.goto(url)
    return page
  }

  /** A page of the person with this cookie, e.g. of an operator. */
  async visitAs(cookie: string, options?: Parameters<typeof newVisitor>[1]): Promise<Page> {
    const page = await this.#newPage(options)
    const [name = '', value = ''] = cookie.split('=')
    await page.context().addCookies([{ name, value, url: this.url }])
    await page.goto(this.url)
    return page
  }

  /** Ends everything, and returns what the pages complained about, except about the network. */
  async end(): Promise<string[]> {
    const visitors = this.#visitors
    this.#visitors = []
    for (const { page } of visitors) await page.context().close()
    await this.#adapter?.stop()
    await this.easel.dispose()
    return visitors.flatMap(({ complaints }) => complaints).filter(text => !/ERR_|status of/.test(text))
  }

  async #newPage(options?: Parameters<typeof newVisitor>[1]): Promise<Page> {
    const visitor = await newVisitor(begun(this.#browser), options)
    this.#visitors.push(visitor)
    return visitor.page
  }
}

/** What hooks of the test runner begin before a test. */
function begun<T>(part: T | undefined): T {
  return part ?? expect.fail('the visits have not begun')
}

/** Types a line and sends it with the Enter key. */
export async function send(page: Page, text: string): Promise<void> {
  await page.fill('#text', text)
  await page.press('#text', 'Enter')
}

/** Sends a line, and returns the id of its job once the page shows it. */
export async function ask(page: Page, visits: WebVisits, text: string): Promise<string> {
  const before = await page.locator('[data-job]').count()
  await send(page, text)
  await page.locator('[data-job]').nth(before).waitFor()
  return visits.easel.jobs.at(-1)?.id ?? ''
}

/** The sentences above the field. */
export function notices(page: Page): Locator {
  return page.locator('#notices')
}
