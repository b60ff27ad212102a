/** The card in the channel ends in the outcome, with a small picture where one may be shown. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError } from '../../../../src/errors/errors.ts'
import { en } from '../../../../src/words/en.ts'
import { DiscordTest } from '../start-discord.ts'

let t: DiscordTest
beforeEach(async () => {
  t = await DiscordTest.start()
})
afterEach(() => t.dispose())

const asks = async (prompt: string) =>
  t.answered(await t.scene.ada.types(t.scene.channel, '/imagine', { prompt }))
const card = () => t.messages()[0]

it('has the first picture beside its text, smaller than the result and covered where pictures are', async () => {
  await t.dispose()
  t = await DiscordTest.start({ spoilers: true })
  await asks('two cats --n 2')
  const shown = card()
  expect(shown && t.text(shown)).toContain(en.job.done(2))
  expect(shown?.attachments).toHaveLength(1)
  expect(shown?.components).toMatchObject([{ type: 9, accessory: { type: 11, spoiler: true } }])
})

it('says the outcome alone where no picture may be attached, and where there is none', async () => {
  const { channel, discord } = t.scene
  t.test.workers.mode = 'by-hand'
  const typed = await t.scene.ada.types(channel, '/imagine', { prompt: 'a dragon' })
  await t.passing(() => typed.answer !== undefined && t.test.workers.underway.length === 1)
  t.test.workers.current.fail(new AppError('model-changed', { name: 'demo' }))
  await t.calm()
  const failed = card()
  expect(failed && t.text(failed)).toContain(`❌ ${en.job.failed}`)
  expect(failed?.attachments).toEqual([])

  t.test.workers.mode = 'at-once'
  discord.world.deny(channel, 'AttachFiles')
  await asks('a wall')
  expect(t.text(t.last())).toContain(en.job.done(1))
  expect(t.last().attachments).toEqual([])
})

it('is finished without the picture where Discord does not take that', async () => {
  t.discord.faults.order(/^PATCH \/channels\/\d+\/messages/, { kind: 'upload-limit', bytes: 1 }, Infinity)
  await asks('a red circle')
  const shown = card()
  expect(shown && t.text(shown)).toContain(en.job.done(1))
})
