/** A picture with as much hostile text as is read costs the main thread next to nothing. */
import { expect, test } from 'vitest'
import { readForeignPicture } from '../../src/app/views/foreign-picture.ts'
import { leastUnits } from '../helpers/measurements/processor-time.ts'
import { pngWith } from '../helpers/pictures/foreign-pictures.ts'

/** About milliseconds of processor time (helpers/measurements/processor-time.ts). */
const boundUnits = 50
/** Two megabytes less the file's own part. */
const longestText = 1_990_000
/** What makes each reader take the text for its own. */
const everyProgram = '"class_type":"\\"sui_image_params\\"","Fooocus":"NovelAI"'

test.each([
  ['JSON nested in itself', 'Comment', `{${everyProgram},"a":`, '{"a":'],
  ['JSON of many small objects', 'Comment', `{${everyProgram},"a":[`, '{},'],
  ['JSON of many numbers', 'Comment', `{${everyProgram},"a":[`, '1,'],
  ['entities in XMP', 'XML:com.adobe.xmp', '<exif:UserComment><dc:description>', '&#123;'],
  ['marks of AI in XMP', 'XML:com.adobe.xmp', '', 'DigitalSourceType '],
])('two megabytes of %s', async (_, keyword, start, piece) => {
  const end = keyword === 'Comment' ? '' : '</dc:description></exif:UserComment>'
  const text = start + piece.repeat(longestText / piece.length) + end
  const picture = pngWith({ [keyword]: text })
  expect(await leastUnits(boundUnits / 2, () => readForeignPicture(picture, { models: [] }))).toBeLessThan(
    boundUnits,
  )
})
