/** The typed form of ControlNets and image prompts: `canny:0.8:0-0.6:@ID; tile`, with the parts after a name in any order. */

import type { ControlRequest, ImagePromptRequest } from '../../app/requests.ts'
import { maxNameCharacters } from '../../common/bounds.ts'
import { type Preprocessor, preprocessors } from '../../engine/work-order.ts'
import { type FlagValue, number } from './flag-values.ts'

/** The picture is already a control map and needs no preprocessor. */
const controlMap = 'map'

/** The hyphen in 1e-7 does not separate two numbers. */
const fromTo = /^(.+?)(?<!e)\s*[-–]\s*(.+)$/i

export const controlList: FlagValue<readonly ControlRequest[]> = {
  expected: 'control',
  shape: 'NAME[:SCALE][:FROM-TO][:map|canny|tile|blur][:guess][:@ID][; …]',
  read: typed => readList(typed, readControl),
  write: controls =>
    controls
      .map(({ name, scale, range, preprocessor, guess, pictureId }) =>
        joinParts([
          name,
          scale,
          range && `${range[0]}-${range[1]}`,
          preprocessor === 'none' ? controlMap : preprocessor,
          guess ? 'guess' : undefined,
          pictureId && `@${pictureId}`,
        ]),
      )
      .join('; '),
}

export const imagePromptList: FlagValue<readonly ImagePromptRequest[]> = {
  expected: 'image-prompt',
  shape: '[NAME][:SCALE][:@ID][; …]',
  // Without an id it uses the attached picture.
  read: typed => (typed === '' ? [{}] : readList(typed, readImagePrompt)),
  write: prompts =>
    prompts
      .map(({ name, scale, pictureId }) => joinParts([name, scale, pictureId && `@${pictureId}`]))
      .join('; '),
}

function readList<T>(typed: string, read: (parts: readonly string[]) => T | undefined) {
  const items = typed.split(';').map(one => read(one.split(':').map(part => part.trim())))
  return items.every(item => item !== undefined) ? items : undefined
}

function readControl([name = '', ...parts]: readonly string[]): ControlRequest | undefined {
  const control: ControlRequest = { name }
  const isRead =
    name !== '' && name.length <= maxNameCharacters && parts.every(part => readControlPart(part, control))
  return isRead ? control : undefined
}

/** Reads one part into `control`. False for an unknown part or a repeated one. */
function readControlPart(part: string, control: ControlRequest): boolean {
  const word = part.toLowerCase()
  const preprocessor = preprocessorOf(word)
  if (preprocessor !== undefined) return once(control, 'preprocessor', preprocessor)
  if (word === 'guess') return once(control, 'guess', true)
  const range = fromTo.exec(part)
  if (range) {
    const [from, to] = [number.read(range[1] ?? ''), number.read(range[2] ?? '')]
    return from !== undefined && to !== undefined && from <= to && once(control, 'range', [from, to])
  }
  return readScaleOrPicture(part, control)
}

function readImagePrompt(parts: readonly string[]): ImagePromptRequest | undefined {
  const prompt: ImagePromptRequest = {}
  const isRead = parts.every(
    (part, i) => readScaleOrPicture(part, prompt) || (i === 0 && isName(part) && once(prompt, 'name', part)),
  )
  return isRead ? prompt : undefined
}

function readScaleOrPicture(part: string, item: ControlRequest | ImagePromptRequest): boolean {
  const id = /^@([0-9a-z]{1,64})$/i.exec(part)?.[1]
  if (id !== undefined) return once<ImagePromptRequest, 'pictureId'>(item, 'pictureId', id)
  const scale = number.read(part)
  return scale !== undefined && once<ImagePromptRequest, 'scale'>(item, 'scale', scale)
}

/** Whether a text is not a part of another kind. */
function isName(text: string): boolean {
  return (
    text !== '' &&
    text.length <= maxNameCharacters &&
    !text.startsWith('@') &&
    number.read(text) === undefined
  )
}

function preprocessorOf(word: string): Preprocessor | undefined {
  if (word === controlMap) return 'none'
  return preprocessors.find(preprocessor => preprocessor === word)
}

function once<Item extends object, Key extends keyof Item>(item: Item, key: Key, value: Item[Key]): boolean {
  if (item[key] !== undefined) return false
  item[key] = value
  return true
}

function joinParts(parts: readonly (string | number | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(':')
}
