/** A result whose files are lost from the disk is not shown as if nothing were missing. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { lastOf, SlackTest } from '../start-slack.ts'

let t: SlackTest
beforeEach(async () => {
  t = await SlackTest.start()
})
afterEach(() => t.dispose())

it.each([
  ['in its message', true],
  ['beside its message', false],
])('pictures shown again %s: says which of them have no file', async (_, acceptsUnsharedFiles) => {
  t.slack.faults.acceptsUnsharedFiles = acceptsUnsharedFiles
  const { ada, channel } = t.scene
  await ada.types('/imagine', 'two cats --n 2', { channelId: channel.id })
  await t.calm(1000)
  const { db } = t.test.built
  const [file = '', other = ''] = readdirSync(db.files.folder).sort()
  const id = String(db.client.sqlite.prepare('SELECT job_id FROM pictures').pluck().get())

  rmSync(join(db.files.folder, file))
  await t.over(ada.types('/easel', `show ${id}`, { channelId: channel.id }))
  expect(t.text(lastOf(t.cards()))).toContain(en.delivery.filesMissing(1, 2))

  rmSync(join(db.files.folder, other))
  await t.over(ada.types('/easel', `show ${id}`, { channelId: channel.id }))
  const text = t.text(lastOf(t.cards()))
  expect(text).toContain(en.delivery.filesMissing(2, 2))
  expect(text).not.toContain(en.slack.replies.picturesAbove)
})
