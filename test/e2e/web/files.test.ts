/** Files that are pasted, dropped or chosen in the web chat: a picture is taken, and what is not taken is named. */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { en } from '../../../src/words/en.ts'
import { tinyPng } from '../../helpers/pictures/tiny-png.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'
import { ask, notices, send, visitsOfEachTest } from './visits.ts'

const visits = visitsOfEachTest()

describe('files', () => {
  /** The data of a drop or a paste, in the page. */
  const transfer = (page: Page, files: { name: string; type: string }[]) =>
    page.evaluateHandle(`{
      const taken = new DataTransfer()
      for (const { name, type } of ${JSON.stringify(files)}) taken.items.add(new File(['x'], name, { type }))
      taken
    }`)

  it.each([
    { name: 'a.gif', type: 'image/gif' },
    { name: 'a.heic', type: '' },
    { name: 'a folder', type: '' },
  ])('a dropped $name is named as no picture, and the page stays', async file => {
    const page = await visits.visit()
    await page.locator('#text').dispatchEvent('drop', { dataTransfer: await transfer(page, [file]) })
    await notices(page).getByText(en.web.refused.notPicture).waitFor()
  })

  it('of which one can be taken are not dropped in silence', async () => {
    const page = await visits.visit()
    const [one, two] = ['one.png', 'two.png'].map(name => ({ name, type: 'image/png' }))
    const both = [one, two].flatMap(file => file ?? [])
    await page.locator('#text').dispatchEvent('drop', { dataTransfer: await transfer(page, both) })
    await notices(page).getByText(en.web.refused.onePicture('one.png')).waitFor()
  })

  it.each(['text/html', 'text/rtf'])(
    'are no picture where a text was copied that has one beside it, as %s',
    async type => {
      const page = await visits.visit()
      const isTaken = await page.evaluate(`{
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['x'], 'image.png', { type: 'image/png' }))
      clipboardData.setData('text/plain', 'a red circle')
      clipboardData.setData('${type}', 'a red circle')
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
      !document.querySelector('#text').dispatchEvent(paste)
    }`)
      expect(isTaken).toBe(false)
    },
  )

  it('are taken where a file manager copied their names beside them', async () => {
    const page = await visits.visit()
    const taken = await page.evaluate(`{
      const clipboardData = new DataTransfer()
      clipboardData.items.add(new File(['x'], 'a.png', { type: 'image/png' }))
      clipboardData.setData('text/plain', 'a.png')
      const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })
      document.querySelector('#text').dispatchEvent(paste)
      document.querySelector('#source').files[0]?.name
    }`)
    expect(taken).toBe('a.png')
  })

  it.each(['data-max-bytes', 'data-max-file-bytes'])(
    'beyond the limit %s are named before they travel',
    async limit => {
      const page = await visits.visit()
      await page.route('**/say', route => route.abort())
      const bytes = Number(await page.locator('body').getAttribute(limit))
      // The limit of a form is that of its files together.
      const files = limit === 'data-max-bytes' ? 3 : 1
      await page.evaluate(`{
      const chosen = new DataTransfer()
      for (let i = 0; i < ${files}; i++)
        chosen.items.add(new File([new Uint8Array(${bytes} / ${files} + 1)], 'a.png', { type: 'image/png' }))
      document.querySelector('#source').multiple = true
      document.querySelector('#source').files = chosen.files
    }`)
      await send(page, 'a red circle')
      await notices(page)
        .getByText(en.web.refused.large(bytes / 1_000_000))
        .waitFor()
      expect(await page.inputValue('#text')).toBe('a red circle')
    },
  )

  it('that were deleted after they were chosen are named, and nothing waits for a connection', async () => {
    const page = await visits.visit()
    const path = join(tempFolder(), 'a.png')
    writeFileSync(path, tinyPng(8, 8, [255, 0, 0]))
    // As a file chooser does it: Playwright's own way copies the file into the page.
    const devTools = await page.context().newCDPSession(page)
    const { root } = await devTools.send('DOM.getDocument')
    const source = await devTools.send('DOM.querySelector', { nodeId: root.nodeId, selector: '#source' })
    await devTools.send('DOM.setFileInputFiles', { nodeId: source.nodeId, files: [path] })
    expect(await page.evaluate(`document.querySelector('#source').files[0].size`)).toBeGreaterThan(0)
    rmSync(path)
    await send(page, 'a red circle')
    await notices(page).getByText(en.web.refused.fileGone('a.png')).waitFor()
    expect(await page.inputValue('#text')).toBe('a red circle')
  })

  it('are a result, too, that is dragged into the field: the original of its thumbnail', async () => {
    const page = await visits.visit()
    const id = await ask(page, visits, 'a red circle')
    await visits.easel.paint(id)
    await page.dragAndDrop('.view img', '#text')
    await page.locator('#source-thumbnail').waitFor()
    const taken = await page.evaluate(`(async () => {
      const [file] = document.querySelector('#source').files
      const original = await (await fetch(document.querySelector('.view').href)).blob()
      return [file.type, file.size === original.size]
    })()`)
    expect(taken).toEqual(['image/png', true])
  })

  it('are no link that is dropped beside the field: it is named, and the page stays', async () => {
    const page = await visits.visit()
    await page.fill('#text', 'a red circle')
    await page.dragAndDrop('nav a', '#hint')
    await notices(page).getByText(en.web.refused.notPicture).waitFor()
    expect(await page.inputValue('#text')).toBe('a red circle')
  })
})
