import { expect, it } from 'vitest'
import { openWebChat } from '../web-chat.ts'

it('a page loads a picture only when it comes near the view', async () => {
  const chat = await openWebChat()
  await chat.ada.imagines('a cat --n 2')
  await chat.easel.paint(chat.easel.jobs[0]?.id ?? '')
  const html = await (await chat.ada.gets('/')).text()
  const pictures = html.match(/<img src="\.\/pictures[^>]*>/g) ?? []
  expect(pictures).toHaveLength(2)
  for (const picture of pictures) expect(picture).toContain('loading="lazy"')
  await chat.close()
})
