/** A result says truly what became of its pictures: lost from the disk, or sent elsewhere. */
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

it('a result whose pictures were sent elsewhere says nothing of missing files', async () => {
  const { ada, channel, discord } = t.scene
  discord.world.deny(channel, 'AttachFiles')
  await t.answered(await ada.types(channel, '/imagine', { prompt: 'two cats', count: 2 }))
  const placeholder = t.text(t.last(t.thread()))
  expect(placeholder).toContain(en.discord.places.sentDirect)
  expect(placeholder).not.toContain(en.delivery.filesMissing(2, 2))
})

it('a result that comes as a direct message because Easel lost its access says so, not that a message is gone', async () => {
  const { ada, channel, discord } = t.scene
  const workers = t.workersByHand()
  await ada.types(channel, '/imagine', { prompt: 'two cats' })
  await t.underway()
  discord.world.deny(channel, 'ViewChannel', 'SendMessages', 'SendMessagesInThreads')
  workers.current.finish()
  await t.calm()
  const result = t.text(t.last(discord.world.directChannel(ada.user)))
  expect(result).toContain(en.discord.places.elsewhere)
  expect(result).not.toContain(en.discord.places.deletedElsewhere)
})
