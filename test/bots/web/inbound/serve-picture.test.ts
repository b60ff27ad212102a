import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { en } from '../../../../src/words/en.ts'
import { ownerIn, places } from '../../../helpers/access-scene.ts'
import { openWebChat, type WebChat } from '../web-chat.ts'

let chat: WebChat
beforeEach(async () => {
  chat = await openWebChat()
})
afterEach(() => chat.close())

/** The path of a picture that Ada asked for. */
async function painted(): Promise<string> {
  await chat.ada.imagines('a cat')
  await chat.easel.paint(chat.easel.jobs.at(-1)?.id ?? '')
  return `/pictures/${chat.easel.jobs.at(-1)?.pictures[0]?.id}`
}

describe('a thumbnail', () => {
  it('is a WebP whose name says that it is a preview of which picture', async () => {
    const path = await painted()
    const original = await chat.ada.gets(path)
    const thumbnail = await chat.bob.gets(`${path}/thumbnail?side=512`)
    expect(thumbnail.status).toBe(200)
    expect(thumbnail.headers.get('content-type')).toBe('image/webp')
    const [, name] = /"(.*)\.png"/.exec(original.headers.get('content-disposition') ?? '') ?? []
    expect(thumbnail.headers.get('content-disposition')).toBe(`inline; filename="${name}-preview.webp"`)
    const { format, width, height } = await sharp(await thumbnail.arrayBuffer()).metadata()
    expect([format, width, height]).toEqual(['webp', 128, 128])
  })

  it.each([
    '',
    '?side=',
    '?side=513',
    '?side=512px',
    '?side=0512',
    '?side=-1',
    '?side=1e3',
    '?side=100000',
    '?width=512',
    '?side=%00',
  ])('is of no other size: %s', async query => {
    const path = await painted()
    expect((await chat.ada.gets(`${path}/thumbnail${query}`)).status).toBe(404)
  })
})

describe.each(['', '/thumbnail?side=512'])('a picture%s', form => {
  it('is kept by that browser alone, which asks before each use', async () => {
    const path = `${await painted()}${form}`
    const first = await chat.ada.gets(path)
    expect(first.headers.get('cache-control')).toBe('private, no-cache')
    const again = await chat.ada.gets(path, { 'if-none-match': first.headers.get('etag') ?? '' })
    expect(again.status).toBe(304)
    expect(again.headers.get('cache-control')).toBe('private, no-cache')
  })

  it('that was deleted is gone at once, also for those who have a copy', async () => {
    const path = `${await painted()}${form}`
    const tag = (await chat.bob.gets(path)).headers.get('etag') ?? ''
    expect(tag).not.toBe('')
    await chat.ada.posts('/act', { button: `confirm-delete:${chat.easel.jobs[0]?.id}` })
    for (const known of ['', tag]) {
      const response = await chat.bob.gets(path, { 'if-none-match': known })
      expect(response.status).toBe(404)
      expect(await response.text()).toBe(en.web.refused.missing)
    }
  })

  it('of a place that the chat cannot see is answered as one that does not exist', async () => {
    const conversation = places.privateChannel
    const { test } = chat.easel
    const { id } = await test.ask('a secret', test.caller({ person: ownerIn(conversation), conversation }))
    await chat.easel.paint(id)
    const pictureId = test.job(id).pictures[0]?.id
    expect(pictureId).toBeDefined()
    const [hidden, unknown] = await Promise.all(
      [pictureId, 'nosuchpicture001'].map(each => chat.ada.gets(`/pictures/${each}${form}`)),
    )
    expect([hidden?.status, await hidden?.text()]).toEqual([404, en.web.refused.missing])
    expect(await unknown?.text()).toBe(en.web.refused.missing)
    expect(hidden?.headers.get('etag')).toBe(null)
  })
})
