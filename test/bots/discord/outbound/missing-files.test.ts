/** A result whose files are lost from the disk is not shown as if nothing were missing. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(() => t.dispose())

it('pictures shown again: says how many of them have no file', async () => {
  const { ada, channel } = t.scene
  await t.answered(await ada.types(channel, '/imagine', { prompt: 'two cats', count: 2 }))
  const { db } = t.test.built
  const files = readdirSync(db.files.folder)
  const id = String(db.client.sqlite.prepare('SELECT job_id FROM pictures').pluck().get())
  for (const [i, file] of files.entries()) {
    rmSync(join(db.files.folder, file))
    await t.answered(await ada.types(channel, '/show', { id }))
    const shown = t.last()
    expect(shown.attachments).toHaveLength(files.length - 1 - i)
    expect(t.text(shown)).toContain(en.delivery.filesMissing(i + 1, files.length))
  }
})
