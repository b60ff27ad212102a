import { describe, expect, it } from 'vitest'
import type { GivenPicture } from '../../../src/app/requests.ts'
import { attachmentUses, picturesOf, withPicture } from '../../../src/app/resolve/request-pictures.ts'

const bytes = (value: number): Uint8Array => Uint8Array.of(value)
const given = (value: number): GivenPicture => ({ kind: 'bytes', bytes: bytes(value) })
const stored = (pictureId: string): GivenPicture => ({ kind: 'stored', pictureId })

describe('pictures that come with a request', () => {
  it('go where each is meant for', () => {
    const source = withPicture({ prompt: 'a cat' }, 'source', bytes(1))
    const masked = withPicture(source, 'mask', bytes(2))
    const guided = withPicture(withPicture(masked, 'controlPicture', bytes(3)), 'controlPicture', bytes(4))
    expect(withPicture(guided, 'promptPicture', bytes(5))).toEqual({
      prompt: 'a cat',
      source: given(1),
      mask: given(2),
      controlPictures: [given(3), given(4)],
      promptPictures: [given(5)],
    })
  })

  it('are used as the words say, otherwise as the source; a strength belongs to the source', () => {
    const controls = [{ name: 'canny' }, { name: 'tile', pictureId: 'ours' }]
    expect(attachmentUses({ prompt: 'a cat' })).toEqual(['source'])
    expect(attachmentUses({ prompt: 'a cat', controls, imagePrompts: [{}] })).toEqual([
      ...['controlPicture', 'promptPicture', 'source'],
    ])
    expect(attachmentUses({ prompt: 'a cat', controls, strength: 0.5 })).toEqual(['source', 'controlPicture'])
  })

  it('are dealt in order to those that name none, the last of them to all the rest', () => {
    const controls = [{ name: 'a' }, { name: 'b', pictureId: 'ours' }, { name: 'c' }, { name: 'd' }]
    const places = picturesOf({ prompt: '', controls, controlPictures: [given(1), given(2)] })
    expect([...places]).toEqual([
      ['control 0', given(1)],
      ['control 1', stored('ours')],
      ['control 2', given(2)],
      ['control 3', given(2)],
    ])
  })

  it('need not come for a ControlNet that follows the source, and are image prompts without a word', () => {
    const source = stored('photo')
    expect([...picturesOf({ prompt: '', source, controls: [{ name: 'a' }] })]).toEqual([
      ['source', source],
      ['control 0', source],
    ])
    expect([...picturesOf({ prompt: '', promptPictures: [given(1), given(2)] })]).toEqual([
      ['prompt 0', given(1)],
      ['prompt 1', given(2)],
    ])
  })
})
