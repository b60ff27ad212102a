/** A real Chromium for the end-to-end tests, with what its pages complained about. */
import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const executablePath =
  process.env.CHROMIUM_PATH ??
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync)

/** Each launch has a profile of its own, which goes with it. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  })
}

export interface Visitor {
  page: Page
  /** Errors of the console, exceptions, violations of the content security policy, dialogs that popped up. */
  complaints: string[]
}

/** A person of their own: cookies are not shared. */
export async function newVisitor(browser: Browser, options?: BrowserContextOptions): Promise<Visitor> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('dialog', async dialog => {
    complaints.push(`dialog: ${dialog.message()}`)
    await dialog.dismiss()
  })
  return { page, complaints }
}
