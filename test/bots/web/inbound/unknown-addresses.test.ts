import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { zhCn } from '../../../../src/words/zh-cn/index.ts'
import { ownerIn, places } from '../../../helpers/access-scene.ts'
import { textOf } from '../http-person.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat
beforeEach(async () => {
  chat = await openWebChat()
})
afterEach(() => chat.close())

/** What browsers send for a link that a person follows. */
const followed = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8' }

describe('a person who follows an old or mistyped link', () => {
  it.each([
    '/nothing',
    '/pictures/nosuchpicture001',
    '/pictures/nosuchpicture001/thumbnail',
    '/stats/',
    '/a//b',
    '//pictures/nothing',
    '/stats/chart.png',
  ])('sees the page’s look and a way back that leads to the chat: %s', async path => {
    const opened = `${new URL(chat.url).origin}${path}`
    const response = await chat.ada.gets(opened, followed)
    expect(response.status).toBe(404)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const html = await response.text()
    expect(textOf(html)).toContain(`${en.web.refused.missing}\n${en.web.dialog.back}`)
    // A proxy may send `//`, which is answered as `/`.
    const linked = (pattern: RegExp) =>
      new URL(pattern.exec(html)?.[1] ?? 'none', opened).pathname.replace(/^\/+/, '/')
    expect(linked(/<a href="([^"]+)">Back/)).toBe('/')
    expect(linked(/<a class="brand" href="([^"]+)"/)).toBe('/')
    expect(linked(/<a href="([^"]+help)" data-answer/)).toBe('/help')
    expect((await chat.ada.gets(linked(/<link rel="stylesheet" href="([^"]+)"/))).status).toBe(200)
  })

  it('reads it in the chat’s language', async () => {
    await chat.close()
    chat = await openWebChat({ language: 'zh-CN' })
    const html = await (await chat.ada.gets('/nothing', followed)).text()
    expect(html).toContain('<html lang="zh-CN">')
    expect(textOf(html)).toContain(`${zhCn.web.refused.missing}\n${zhCn.web.dialog.back}`)
  })

  it('sees the same where a picture is hidden and where there is none', async () => {
    const conversation = places.privateChannel
    const { test } = chat.easel
    const { id } = await test.ask('a secret', test.caller({ person: ownerIn(conversation), conversation }))
    await chat.easel.paint(id)
    const answers = await Promise.all(
      [test.job(id).pictures[0]?.id, 'nosuchpicture001'].map(async each => {
        const response = await chat.ada.gets(`/pictures/${each}`, followed)
        const html = await response.text()
        return [response.status, html.replace(/name="once" value="[^"]*"/, '')]
      }),
    )
    expect(answers[0]).toEqual(answers[1])
  })

  it('who opens the address of a form is told so, with a way back', async () => {
    for (const path of ['/say', '/act']) {
      const response = await chat.ada.gets(path, followed)
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
      expect(textOf(await response.text())).toContain(`${en.web.refused.method}\n${en.web.dialog.back}`)
    }
  })

  it('gets no page for an address so deep that each link would repeat the way up', async () => {
    const response = await chat.ada.gets('/a'.repeat(2000), followed)
    expect([response.status, await response.text()]).toEqual([404, en.web.refused.missing])
  })
})

describe('a script at an address where nothing is', () => {
  it.each(['*/*', 'application/json', 'image/avif,image/webp,*/*', 'text/event-stream'])(
    'gets one plain sentence: %s',
    async accept => {
      for (const path of ['/nothing', '/pictures/nothing', '/assets/nothing.js']) {
        const response = await chat.ada.gets(path, { accept })
        expect([response.status, await response.text()]).toEqual([404, en.web.refused.missing])
        expect(response.headers.get('content-type')).toContain('text/plain')
        // The answer depends on Accept, so no cache may give it to a browser.
        expect(response.headers.get('cache-control')).toBe('no-store')
      }
    },
  )

  it.each([
    ['/', 'GET'],
    ['/feed', 'GET'],
    ['/settings', 'GET, POST'],
    ['/pictures/nothing', 'GET'],
  ])('with a method that %s does not have is told which it has', async (path, allowed) => {
    const { origin } = new URL(chat.url)
    const response = await fetch(new URL(path, chat.url), { method: 'DELETE', headers: { origin } })
    expect([response.status, response.headers.get('allow')]).toEqual([405, allowed])
    expect(await response.text()).toBe(en.web.refused.method)
  })

  it('HEAD is answered as GET is, without the page', async () => {
    for (const [path, status] of [
      ['/', 200],
      ['/nothing', 404],
    ] as const) {
      const response = await fetch(new URL(path, chat.url), { method: 'HEAD', headers: followed })
      expect([response.status, await response.text()]).toEqual([status, ''])
    }
  })
})

describe('a page that could not be made', () => {
  it('is said on a page with a way back to a person, and in one sentence to a script', async () => {
    Object.defineProperty(chat.easel.easel, 'models', {
      value: () => {
        throw new Error('a fault')
      },
    })
    const page = await chat.ada.gets('/settings', followed)
    expect(page.status).toBe(500)
    expect(textOf(await page.text())).toContain(`${en.web.refused.broken}\n${en.web.dialog.back}`)
    const plain = await chat.ada.gets('/settings')
    expect([plain.status, await plain.text()]).toEqual([500, en.web.refused.broken])
  })
})
