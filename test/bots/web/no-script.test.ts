import { truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkPicture } from '../../../src/app/checks/check-picture.ts'
import { commandNames, commands, typedNameOf } from '../../../src/bots/commands/commands.ts'
import { loadConfig } from '../../../src/config/config.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { HttpPerson, operator, seenIn, textOf } from './http-person.ts'
import { openWebChat, type WebChat } from './web-chat.ts'

describe('the web chat works without script', () => {
  let chat: WebChat

  beforeEach(async () => {
    chat = await openWebChat()
  })
  afterEach(() => chat.close())

  async function page(path = '/'): Promise<string> {
    return (await chat.ada.gets(path)).text()
  }

  it('takes a request as a form and leads back to it', async () => {
    const response = await chat.ada.postsForm('/say', { text: '/imagine a cat', once: 'form-1' })
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toBe(`./#job-${chat.easel.jobs[0]?.id}`)
    expect(textOf(await page())).toContain('a cat')
  })

  it('takes plain words and examples as requests too', async () => {
    await chat.ada.postsForm('/say', { text: 'a plain cat' })
    await chat.ada.postsForm('/say', { text: '', example: 'an example --seed 7' })
    expect(chat.easel.jobs.map(job => job.promptAsTyped)).toEqual(['a plain cat', 'an example'])
  })

  it('gives each page its own name, so that a form sent twice is one request', async () => {
    const once = /name="once" value="([^"]+)"/.exec(await page())?.[1] ?? ''
    expect(once).not.toBe('')
    await chat.ada.postsForm('/say', { text: 'a cat', once })
    await chat.ada.postsForm('/say', { text: 'a cat', once })
    expect(chat.easel.jobs).toHaveLength(1)
    expect(await page()).not.toContain(`value="${once}"`)
  })

  it('says that the database is damaged, also where no page of pictures can be shown', async () => {
    const { db } = chat.easel.test.built
    db.client.wipeLog()
    db.client.sqlite.pragma('shrink_memory')
    truncateSync(join(chat.easel.test.dataDir, 'easel.sqlite'), 8192)
    const response = await chat.ada.gets('/')
    expect(response.status).toBe(503)
    expect(await response.text()).toContain(
      errorSentence(en, new AppError('database-lost', { file: '', how: 'damaged' })),
    )
  })

  it('gives a refused text back with the reason', async () => {
    const response = await chat.ada.postsForm('/say', { text: '/imagine a cat --sed 3' })
    expect(response.status).toBe(422)
    const html = await response.text()
    expect(html).toContain('Did you mean --seed?')
    expect(html).toMatch(/<textarea[^>]*>\/imagine a cat --sed 3<\/textarea>/)
  })

  it('names the command that was meant', async () => {
    const response = await chat.ada.postsForm('/say', { text: '/qeue' })
    expect(await response.text()).toContain('Did you mean “/queue”?')
  })

  it('shows answers, Info and Remix on pages of their own', async () => {
    await chat.ada.imagines('a cat --seed 7')
    await chat.easel.paint(chat.easel.jobs[0]?.id ?? '')
    const pictureId = chat.easel.jobs[0]?.pictures[0]?.id ?? ''
    expect(textOf(await page('/help'))).toContain('/imagine a lighthouse')
    const flags = await (await chat.ada.postsForm('/act', { button: 'topic:picture' })).text()
    expect(textOf(flags)).toContain('--seed N')
    const info = await (await chat.ada.postsForm('/act', { button: `info:${pictureId}` })).text()
    expect(textOf(info)).toContain('Seed 7')
    const remix = await (await chat.ada.postsForm('/act', { button: `remix:${pictureId}` })).text()
    expect(remix).toMatch(/<textarea[^>]*name="text"[^>]*>a cat<\/textarea>/)
    const sent = await chat.ada.postsForm('/act', { button: `remix:${pictureId}`, text: 'a dog' })
    expect(sent.status).toBe(303)
    expect(chat.easel.jobs.at(-1)).toMatchObject({ promptAsTyped: 'a dog', parent: { pictureId } })
  })

  it('shows a past picture again with its buttons', async () => {
    await chat.ada.imagines('a cat')
    await chat.easel.paint(chat.easel.jobs[0]?.id ?? '')
    const pictureId = chat.easel.jobs[0]?.pictures[0]?.id ?? ''
    const shown = await (await chat.bob.postsForm('/say', { text: `/show ${pictureId}` })).text()
    expect(seenIn(shown).buttons.map(button => button.action)).toContain('refine')
    // The page's script closes the box when that job is deleted.
    expect(shown).toContain(`data-jobs="${chat.easel.jobs[0]?.id}"`)
    const missing = await chat.bob.postsForm('/say', { text: '/show nothing' })
    expect(await missing.text()).toContain(en.problems['picture-unknown']({ id: 'nothing' }))
  })

  it('keeps a person’s own defaults, and refuses what cannot be one', async () => {
    const chosen = { model: 'demo', size: '192x128', n: '2', no: 'text', refine: 'on' }
    await chat.ada.postsForm('/settings', chosen)
    const html = await page('/settings')
    for (const shown of ['value="192x128"', 'value="text"', '<option value="2" selected="">']) {
      expect(html).toContain(shown)
    }
    const refused = await chat.ada.postsForm('/settings', { ...chosen, size: 'big' })
    expect(await refused.text()).toContain('--size takes a size')
    expect(await page('/settings')).toContain('value="192x128"')
    await chat.ada.postsForm('/settings', {})
    expect(await page('/settings')).not.toContain('192x128')
    expect(await (await chat.bob.gets('/settings')).text()).not.toContain('value="text"')
  })

  it('lists every command of the table beside the field and every view in its menu, to those who may use it', async () => {
    const listed = (html: string) => [...html.matchAll(/data-typed="\/([^"]+)"/g)].map(([, name]) => name)
    const inMenu = (html: string) =>
      [...html.matchAll(/<a href="\.\/([a-z]+)" data-answer/g)].map(([, name]) => name)
    const forAll = commandNames.filter(name => commands[name].access === 'everyone')
    await chat.close()
    chat = await openWebChat({ admins: [operator.name] })
    for (const [cookie, names] of [
      ['', forAll],
      [operator.cookie, commandNames],
    ] as const) {
      const html = await (await new HttpPerson(() => chat.url, cookie).gets('/')).text()
      expect(listed(html)).toEqual(names.map(typedNameOf))
      expect(inMenu(html)).toEqual(names.filter(name => commands[name].isView).map(typedNameOf))
    }
  })

  it('forgets a person who says so, and only then', async () => {
    await chat.ada.imagines('a cat')
    await chat.bob.imagines('a dog')
    expect(await (await chat.ada.postsForm('/say', { text: '/forget' })).text()).toContain('/forget me')
    expect(chat.easel.jobs).toHaveLength(2)
    const question = await (await chat.ada.postsForm('/say', { text: '/forget me' })).text()
    expect(question).toContain(en.forget.title)
    expect(chat.easel.jobs).toHaveLength(2)
    const button = /name="button" value="(forget:[^"]+)"/.exec(question)?.[1] ?? ''
    await chat.ada.postsForm('/act', { button })
    expect(chat.easel.jobs.map(job => job.promptAsTyped)).toEqual(['a dog'])
  })

  it('passes an uploaded picture on; a flag wins over the slider, which counts only with a picture', async () => {
    const source = new Blob([Uint8Array.of(1, 2, 3)])
    await chat.ada.postsForm('/say', { text: 'a cat', source, strength: '0.4' })
    expect(chat.easel.lastRequest).toEqual({
      prompt: 'a cat',
      strength: 0.4,
      source: { kind: 'bytes', bytes: Uint8Array.of(1, 2, 3) },
    })
    await chat.ada.postsForm('/say', { text: 'a cat --strength 0.8', source, strength: '0.4' })
    expect(chat.easel.lastRequest?.strength).toBe(0.8)
    await chat.ada.postsForm('/say', { text: 'a cat', source, mask: source, strength: '0.9' })
    expect(chat.easel.lastRequest).toMatchObject({
      strength: 0.9,
      mask: { kind: 'bytes', bytes: Uint8Array.of(1, 2, 3) },
    })
  })

  it('does not pass over an empty file: it is refused as every file that is no picture', async () => {
    await chat.ada.postsForm('/say', { text: 'a cat', source: new File([], 'cat.png') })
    expect(chat.easel.lastRequest?.source).toEqual({ kind: 'bytes', bytes: new Uint8Array() })
    await expect(checkPicture(new Uint8Array())).rejects.toMatchObject({
      details: { problem: { what: 'not-a-picture' } },
    })
  })

  it('takes an empty file without a name for what it is: a field without a choice', async () => {
    // What browsers send for it: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#constructing-entry-list
    const part = (header: string, value: string) =>
      `--part\r\nContent-Disposition: form-data; ${header}\r\n\r\n${value}\r\n`
    const body = `${part('name="text"', 'a cat')}${part('name="source"; filename=""', '')}--part--\r\n`
    await chat.ada.postsBody('/say', body, { 'content-type': 'multipart/form-data; boundary=part' })
    expect(chat.easel.lastRequest).toEqual({ prompt: 'a cat' })
  })

  it('takes pictures to follow: for a ControlNet, as a prompt, and a mask whose part alone is painted', async () => {
    const html = await page()
    expect(textOf(html)).toContain(en.web.composer.guides)
    expect(html).toContain('<option value="depth">')
    const file = new Blob([Uint8Array.of(1)])
    const picture = { kind: 'bytes', bytes: Uint8Array.of(1) }
    const guides = { control: 'depth', controlPicture: file, promptPicture: file, 'image-prompt': '0.5' }
    await chat.ada.postsForm('/say', { text: 'a cat', ...guides })
    expect(chat.easel.lastRequest).toEqual({
      prompt: 'a cat',
      controls: [{ name: 'depth' }],
      controlPictures: [picture],
      imagePrompts: [{ scale: 0.5 }],
      promptPictures: [picture],
    })
    await chat.ada.postsForm('/say', { text: 'a cat', source: file, mask: file, 'only-masked': 'on' })
    expect(chat.easel.lastRequest).toMatchObject({ mask: picture, onlyMasked: 32 })
  })

  it('leaves out what is said of a picture that did not come', async () => {
    await chat.ada.postsForm('/say', {
      text: 'a cat',
      control: '',
      'only-masked': 'on',
      'image-prompt': '0.6',
    })
    expect(chat.easel.lastRequest).toEqual({ prompt: 'a cat' })
  })

  it('asks for the pictures again where it shows a fan-out', async () => {
    const picture = new Blob([Uint8Array.of(1)])
    const fields = { text: 'a {red,blue} cat', source: picture, mask: picture, strength: '0.4' }
    const html = await (await chat.ada.postsForm('/say', fields)).text()
    expect(html).toMatch(/<input type="file" name="source" required/)
    expect(html).toMatch(/<input type="file" name="mask" required/)
    expect(html).toMatch(/name="strength" value="0.4"/)
  })

  it('shows the latest requests with the card that began an old thread, and the way to earlier ones', async () => {
    await chat.ada.imagines('the very first')
    const [root] = chat.easel.jobs
    for (let i = 0; i < 3; i++) await chat.ada.imagines(`request ${i}`)
    await chat.ada.presses({ action: 're-roll', targetId: root?.id ?? '' })
    const html = await page('/?limit=2')
    const text = textOf(html)
    expect(text).toContain('the very first')
    expect(text).toContain('request 2')
    expect(text).not.toContain('request 1')
    expect(html).toContain('href="./?limit=4"')
  })
})

describe('the web chat’s files', () => {
  it('are served by content: for ever under their version, checked under any other', async () => {
    const chat = await openWebChat()
    const html = await (await chat.ada.gets('/')).text()
    const [, script = ''] = /<script src="([^"]+)"/.exec(html) ?? []
    const current = await chat.ada.gets(script)
    expect(current.headers.get('cache-control')).toContain('immutable')
    expect(current.headers.get('content-type')).toContain('text/javascript')
    for (const path of ['/assets/style.css?v=old', '/assets/script/old/main.js']) {
      expect((await chat.ada.gets(path)).headers.get('cache-control'), path).toBe('no-cache')
    }
    await chat.close()
  })

  it('include every module of the page’s script', async () => {
    const chat = await openWebChat()
    const html = await (await chat.ada.gets('/')).text()
    const urls = [/<script src="([^"]+)"/.exec(html)?.[1] ?? '']
    for (const url of urls) {
      const script = await chat.ada.gets(url)
      expect(script.status, url).toBe(200)
      for (const [, name = ''] of (await script.text()).matchAll(/from '([^']+)'/g)) {
        const imported = `.${new URL(name, `http://page/${url}`).pathname}`
        if (!urls.includes(imported)) urls.push(imported)
      }
    }
    expect(urls.length).toBeGreaterThan(5)
    await chat.close()
  })

  it('include pictures, which browsers need not fetch twice', async () => {
    const chat = await openWebChat()
    await chat.ada.imagines('a cat')
    await chat.easel.paint(chat.easel.jobs[0]?.id ?? '')
    const path = `/pictures/${chat.easel.jobs[0]?.pictures[0]?.id}`
    const first = await chat.ada.gets(path)
    expect(first.headers.get('content-type')).toBe('image/png')
    expect(first.headers.get('content-disposition')).toMatch(/^inline; filename="easel-[0-9a-z]{16}\.png"$/)
    const again = await chat.ada.gets(path, { 'if-none-match': first.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
    expect((await chat.ada.gets('/pictures/nothing')).status).toBe(404)
    await chat.close()
  })
})

describe('the web chat’s configuration', () => {
  const defaults = loadConfig(packageRoot, packageRoot)

  it('chooses its language', async () => {
    const chat = await openWebChat({ language: 'zh-CN' })
    const html = await (await chat.ada.gets('/')).text()
    expect(html).toContain('<html lang="zh-CN">')
    expect(html).toContain('想画点什么？')
    await chat.close()
  })

  it('is on loopback unless told otherwise, and names a port that is taken', async () => {
    expect(defaults.web.host).toBe('127.0.0.1')
    const chat = await openWebChat()
    const { port } = new URL(chat.url)
    const web = { ...defaults.web, port: Number(port) }
    await expect(openWebChat({ web })).rejects.toMatchObject({
      code: 'port-in-use',
      details: { host: '127.0.0.1', port: Number(port) },
    })
    await chat.close()
  })
})
