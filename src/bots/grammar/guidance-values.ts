/** The typed form of ControlNets and image prompts: `canny:0.8:0-0.6:@ID; tile`, with the parts after a name in any order. */
import type { ControlWish, ImagePromptWish } from '../../app/requests.ts'
import { type Preprocessor, preprocessors } from '../../engine/work-order.ts'
import { type FlagValue, number } from './flag-values.ts'

/** File names are shorter; longer texts are not searched. */
const longestName = 200

/** The picture is already a control map and needs no preprocessor. */
const asItIs = 'map'

/** The hyphen in 1e-7 does not separate two numbers. */
const fromTo = /^(.+?)(?<!e)\s*[-–]\s*(.+)$/i

export const controlList: FlagValue<readonly ControlWish[]> = {
  expected: 'control',
  shape: 'NAME[:SCALE][:FROM-TO][:map|canny|tile|blur][:guess][:@ID][; …]',
  read: typed => readList(typed, readControl),
  write: controls =>
    controls
      .map(({ name, scale, range, preprocessor, guess, pictureId }) =>
        joined([
          name,
          scale,
          range && `${range[0]}-${range[1]}`,
          preprocessor === 'none' ? asItIs : preprocessor,
          guess ? 'guess' : undefined,
          pictureId && `@${pictureId}`,
        ]),
      )
      .join('; '),
}

export const imagePromptList: FlagValue<readonly ImagePromptWish[]> = {
  expected: 'image-prompt',
  shape: '[NAME][:SCALE][:@ID][; …]',
  // Without an id it uses the attached picture.
  read: typed => (typed === '' ? [{}] : readList(typed, readImagePrompt)),
  write: prompts =>
    prompts
      .map(({ name, scale, pictureId }) => joined([name, scale, pictureId && `@${pictureId}`]))
      .join('; '),
}

function readList<T>(typed: string, read: (parts: readonly string[]) => T | undefined) {
  const wishes = typed.split(';').map(one => read(one.split(':').map(part => part.trim())))
  return wishes.every(wish => wish !== undefined) ? wishes : undefined
}

function readControl([name = '', ...parts]: readonly string[]): ControlWish | undefined {
  const wish: ControlWish = { name }
  const isRead = name !== '' && name.length <= longestName && parts.every(part => readControlPart(part, wish))
  return isRead ? wish : undefined
}

/** False for an unknown part or a repeated one. */
function readControlPart(part: string, wish: ControlWish): boolean {
  const word = part.toLowerCase()
  const preprocessor = preprocessorOf(word)
  if (preprocessor !== undefined) return once(wish, 'preprocessor', preprocessor)
  if (word === 'guess') return once(wish, 'guess', true)
  const range = fromTo.exec(part)
  if (range) {
    const [from, to] = [number.read(range[1] ?? ''), number.read(range[2] ?? '')]
    return from !== undefined && to !== undefined && from <= to && once(wish, 'range', [from, to])
  }
  return readScaleOrPicture(part, wish)
}

function readImagePrompt(parts: readonly string[]): ImagePromptWish | undefined {
  const wish: ImagePromptWish = {}
  const isRead = parts.every(
    (part, i) => readScaleOrPicture(part, wish) || (i === 0 && isName(part) && once(wish, 'name', part)),
  )
  return isRead ? wish : undefined
}

function readScaleOrPicture(part: string, wish: ControlWish | ImagePromptWish): boolean {
  const id = /^@([0-9a-z]{1,64})$/i.exec(part)?.[1]
  if (id !== undefined) return once<ImagePromptWish, 'pictureId'>(wish, 'pictureId', id)
  const scale = number.read(part)
  return scale !== undefined && once<ImagePromptWish, 'scale'>(wish, 'scale', scale)
}

/** Whether a text is not a part of another kind. */
function isName(text: string): boolean {
  return text !== '' && text.length <= longestName && !text.startsWith('@') && number.read(text) === undefined
}

function preprocessorOf(word: string): Preprocessor | undefined {
  if (word === asItIs) return 'none'
  return preprocessors.find(preprocessor => preprocessor === word)
}

function once<Wish extends object, Key extends keyof Wish>(wish: Wish, key: Key, value: Wish[Key]): boolean {
  if (wish[key] !== undefined) return false
  wish[key] = value
  return true
}

function joined(parts: readonly (string | number | undefined)[]): string {
  return parts.filter(part => part !== undefined && part !== '').join(':')
}
