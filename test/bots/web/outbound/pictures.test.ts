import { afterEach, beforeEach, expect, it } from 'vitest'
import type { PictureView } from '../../../../src/app/views/views.ts'
import { Pictures } from '../../../../src/bots/web/outbound/render-pictures.tsx'
import { en } from '../../../../src/words/en.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat
beforeEach(async () => {
  chat = await openWebChat()
})
afterEach(() => chat.close())

/** The page after a request was painted, and the ids of its pictures. */
async function pageOf(request: string): Promise<{ html: string; ids: string[] }> {
  await chat.ada.imagines(request)
  await chat.easel.paint(chat.easel.jobs.at(-1)?.id ?? '')
  const html = await (await chat.ada.gets('/')).text()
  return { html, ids: (chat.easel.jobs.at(-1)?.pictures ?? []).map(({ id }) => id) }
}

const aPicture: PictureView = {
  id: 'picture000000001',
  jobId: 'job0000000000001',
  index: 0,
  seed: 7,
  widthPx: 128,
  heightPx: 128,
  mediaType: 'image/png',
  sizeBytes: 1,
  hash: 'f'.repeat(64),
}

const imagesIn = (html: string) => html.match(/<img src="\.\/pictures[^>]*>/g) ?? []

it('a page shows thumbnails, loaded only when they come near the view, each with the size of its picture', async () => {
  const { html, ids } = await pageOf('a cat --n 2 --size 128x192')
  const images = imagesIn(html)
  expect(images).toHaveLength(2)
  for (const [i, image] of images.entries()) {
    expect(image).toContain(`src="./pictures/${ids[i]}/thumbnail?side=512"`)
    expect(image).toContain('width="128" height="192"')
    expect(image).toContain('loading="lazy" decoding="async"')
    // It has no more pixels.
    expect(image).not.toContain('srcset')
  }
})

it.each([
  { widthPx: 512, heightPx: 512, widths: undefined },
  { widthPx: 640, heightPx: 320, widths: [512, 640] },
  { widthPx: 768, heightPx: 1152, widths: [341, 683] },
  { widthPx: 2048, heightPx: 2048, widths: [512, 1024] },
])('a browser chooses a thumbnail by the pixels that it has: $widthPx × $heightPx', ({ widths, ...size }) => {
  const picture = { ...aPicture, ...size }
  const html = String(Pictures({ pictures: [{ picture, altText: '' }], words: en }))
  const url = `./pictures/${picture.id}/thumbnail?side`
  if (widths) expect(html).toContain(`srcset="${url}=512 ${widths[0]}w, ${url}=1024 ${widths[1]}w" sizes="`)
  else expect(html).not.toContain('srcset')
})

it('the original of each picture is behind its thumbnail and its download', async () => {
  const { html, ids } = await pageOf('a cat --n 2')
  for (const [i, id] of ids.entries()) {
    expect(html).toContain(`<a class="view" href="./pictures/${id}"`)
    const [download = ''] =
      html.match(new RegExp(`<a class="download" href="\\./pictures/${id}".*?</a>`)) ?? []
    expect(download).toContain('download=""')
    expect(download).toContain(`>Download ${i + 1}</a>`)
  }
})

it('what /show brings is shown as thumbnails, too', async () => {
  const { ids } = await pageOf('a cat')
  const reply = await chat.ada.posts('/say', { text: `/show ${ids[0]}` })
  expect(imagesIn(reply.html ?? '')).toHaveLength(1)
  expect(reply.html).toContain(`src="./pictures/${ids[0]}/thumbnail?side=512"`)
})

it('a result shows each of its settings once', async () => {
  await pageOf('a cat --seed 7 --size 128x192')
  const text = (await chat.ada.sees()).map(message => message.text).join('\n')
  expect(text.match(/128[x×]192/g)).toHaveLength(1)
  expect(text.match(/seed 7/g)).toHaveLength(1)
})

it('a result that no command makes shows its settings in a line', async () => {
  const { ids } = await pageOf('a cat')
  await chat.ada.presses({ action: 'refine', targetId: ids[0] ?? '' })
  await chat.easel.paint(chat.easel.jobs.at(-1)?.id ?? '')
  const replies = (await chat.ada.sees()).map(({ text }) => text)
  expect(replies.at(-1)).toContain('128×128 · ')
  expect(replies.at(-1)).not.toContain('/imagine')
})
