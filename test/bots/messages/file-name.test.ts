import { describe, expect, it } from 'vitest'
import { hashInFileName, pictureFileName } from '../../../src/bots/messages/file-name.ts'
import { pictureView } from '../../helpers/job-views.ts'

const hash = '0123456789abcdef'.repeat(4)
const picture = pictureView({ hash })

describe('the name of a posted picture', () => {
  it('is made of its content, and holds no id', () => {
    expect(pictureFileName(picture)).toBe('easel-0123456789abcdef.png')
    expect(pictureFileName(picture, 'webp')).toBe('easel-0123456789abcdef.webp')
    for (const id of [picture.id, picture.jobId]) expect(pictureFileName(picture)).not.toContain(id)
  })

  it('is known again under a spoiler, and with what browsers add to it', () => {
    for (const name of [
      'easel-0123456789abcdef.png',
      'SPOILER_easel-0123456789abcdef.png',
      'easel-0123456789abcdef_1.png',
      'easel-0123456789abcdef (2).png',
    ])
      expect(hash.startsWith(hashInFileName(name) ?? 'none'), name).toBe(true)
    for (const name of [
      'cat.png',
      'easel-0123.png',
      `easel-${picture.id}.png`,
      'easel-0123456789abcdef0.png',
    ])
      expect(hashInFileName(name), name).toBeUndefined()
  })
})
