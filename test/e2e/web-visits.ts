/** A web chat over a scripted engine, and the browsers that visit it. */
import type { Browser, Locator, Page } from 'playwright-core'
import { WebAdapter } from '../../src/bots/web/index.ts'
import { loadConfig } from '../../src/config/config.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { realClock } from '../fakes/real-clock.ts'
import { DrivenEasel } from '../helpers/driven-easel.ts'
import { newVisitor, type Visitor } from '../helpers/processes/browser.ts'

export class WebVisits {
  readonly easel: DrivenEasel
  readonly #browser: Browser
  readonly #visitors: Visitor[] = []
  #adapter: WebAdapter | undefined

  private constructor(browser: Browser, easel: DrivenEasel) {
    this.#browser = browser
    this.easel = easel
  }

  static async begin(
    browser: Browser,
    options?: Parameters<typeof DrivenEasel.build>[0],
  ): Promise<WebVisits> {
    const visits = new WebVisits(browser, await DrivenEasel.build(options))
    await visits.open(0)
    return visits
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
    const visitor = await newVisitor(this.#browser, options)
    this.#visitors.push(visitor)
    await visitor.page.goto(url)
    return visitor.page
  }

  /** A page of the person with this cookie, e.g. of an operator. */
  async visitAs(cookie: string, options?: Parameters<typeof newVisitor>[1]): Promise<Page> {
    const visitor = await newVisitor(this.#browser, options)
    this.#visitors.push(visitor)
    const [name = '', value = ''] = cookie.split('=')
    await visitor.page.context().addCookies([{ name, value, url: this.url }])
    await visitor.page.goto(this.url)
    return visitor.page
  }

  /** Ends everything, and returns what the pages complained about, except about the network. */
  async end(): Promise<string[]> {
    for (const { page } of this.#visitors) await page.context().close()
    await this.#adapter?.stop()
    await this.easel.dispose()
    return this.#visitors.flatMap(({ complaints }) => complaints).filter(text => !/ERR_|status of/.test(text))
  }
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
