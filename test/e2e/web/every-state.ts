/** A chat with jobs in every state, and how to open each of its dialogs. */
import type { Page } from 'playwright-core'
import { en } from '../../../src/words/en.ts'
import { ask, send, type WebVisits } from './visits.ts'

/** Long enough that its command, and on a phone its card, scrolls. */
export const longPrompt = `a house of ${'many small rooms with green doors, '.repeat(30)}at dusk`

/** A finished job, a set of four, one that failed, one that is being painted, and one that waits. */
export async function everyState(page: Page, visits: WebVisits): Promise<void> {
  const { easel } = visits
  await easel.paint(await ask(page, visits, 'a red circle'))
  await easel.paint(await ask(page, visits, longPrompt))
  await easel.paint(await ask(page, visits, 'a blue square --n 4'))
  const failed = await ask(page, visits, 'a green star')
  await easel.start(failed)
  await easel.fail(failed, 'model-changed', { name: 'demo' })
  const running = await ask(page, visits, 'a yellow moon')
  await easel.start(running)
  await easel.step(3)
  await ask(page, visits, 'a purple house')
  await page.getByText(en.job.step(3, 20)).first().waitFor()
}

const press = (name: string) => (page: Page) =>
  page.getByRole('button', { name, exact: true }).first().click()

/** What opens each dialog, for an operator; the confirmation leaves its text in the field and comes last. */
export const dialogs: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  help: page => send(page, '/help'),
  commands: async page => {
    await send(page, '/help')
    await press('Commands')(page)
  },
  stats: page => send(page, '/stats'),
  defaults: page => send(page, '/settings'),
  queue: page => send(page, '/queue'),
  models: page => send(page, '/models'),
  usage: page => send(page, '/usage'),
  forget: page => send(page, '/forget me'),
  info: press('Info'),
  remix: press('Remix'),
  deletion: press('Delete'),
  more: press('More 1'),
  confirmation: page => send(page, 'a {red,blue} moon'),
}

/** Opens each dialog, looks at it, and closes it. */
export async function eachDialog(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const dialog = page.getByRole('dialog')
  for (const [name, open] of Object.entries(dialogs)) {
    await open(page)
    await dialog.waitFor()
    await look(name)
    await page.getByRole('button', { name: en.web.dialog.close }).click()
    await dialog.waitFor({ state: 'hidden' })
  }
}
