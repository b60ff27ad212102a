/** The command line with everything that guides a picture by others: masks, ControlNets, image prompts. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { packageRoot } from '../../../src/system/paths.ts'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'
import { shellWords } from '../../helpers/cli/shell-words.ts'
import { pixelsOf } from '../../helpers/models/demo-painter.ts'
import { goldenFolder } from '../../helpers/models/golden-folder.ts'
import { buildTinyAddOns } from '../../helpers/models/tiny-add-ons.ts'

const inputs = join(packageRoot, 'test/golden/oracle-2/inputs')
const { inFolder, read, ...cli } = cliFolder()
const easel = (...args: string[]) => cli.easel(...args, '--config', 'tiny.yaml')

beforeAll(async () => {
  const models = inFolder('tiny-models')
  const golden = await goldenFolder('oracle').models()
  cpSync(join(golden, 'tiny-base'), join(models, 'tiny-base'), { recursive: true })
  await buildTinyAddOns(models)
  writeFileSync(inFolder('tiny.yaml'), 'modelsDir: tiny-models\ndefaultModel: tiny-base\n')
})

/** As `info` names it, with the files in their places. */
async function commandOf(picture: string, files: Record<string, string>): Promise<string> {
  const { out } = await easel('info', picture)
  const line = out.split('\n').find(text => text.startsWith('easel ')) ?? ''
  return line.replace(/ (FILE|MASK|CONTROL-\d|PROMPT-\d)\b/g, (_, name) => ` ${files[name] ?? name}`)
}

const files = {
  FILE: join(inputs, 'pic_72x104.png'),
  MASK: join(inputs, 'mask_72x104.png'),
  'CONTROL-1': join(inputs, 'control_a.png'),
  'CONTROL-2': join(inputs, 'control_b.png'),
  'PROMPT-1': join(inputs, 'pic_a.png'),
}

describe('the command that info prints', () => {
  test('gives the same bytes for a picture under a mask, with two ControlNets and an image prompt', async () => {
    const flags =
      '--size 104x72 --steps 3 --seed 5 --strength 0.9 --soft-edge 2 --control "net-a-original:0.7:0-0.8; net-b:0.5:canny:guess" --image-prompt plus:0.5'
    const { code, err } = await easel(
      ...['imagine', `a cat ${flags}`, '--init', files.FILE, '--mask', files.MASK],
      ...['--control-picture', files['CONTROL-1'], '--control-picture', files['CONTROL-2']],
      ...['--prompt-picture', files['PROMPT-1'], '-o', 'guided.png'],
    )
    expect(code, err).toBe(0)
    const again = await easel(...shellWords(await commandOf('guided.png', files)))
    expect(again.code, again.err).toBe(0)
    expect(read('again.png').equals(read('guided.png'))).toBe(true)
  })

  test('gives the same bytes where only the masked part was painted; the picture has its source’s size', async () => {
    const flags = '--steps 3 --seed 5 --only-masked 8 --size 64x64'
    const { code, err } = await easel(
      ...['imagine', `a cat ${flags}`, '--init', files.FILE, '--mask', files.MASK, '-o', 'part.png'],
    )
    expect(code, err).toBe(0)
    const { widthPx, heightPx } = await pixelsOf(read('part.png'))
    const source = await pixelsOf(readFileSync(files.FILE))
    expect([widthPx, heightPx]).toEqual([source.widthPx, source.heightPx])
    const again = await easel(...shellWords(await commandOf('part.png', files)))
    expect(again.code, again.err).toBe(0)
    expect(read('again.png').equals(read('part.png'))).toBe(true)
  })
})

describe('what cannot be followed is refused with one sentence', () => {
  test.each<[string, string[], RegExp]>([
    [
      'a ControlNet that is not there',
      ['a --control nett-b', '--control-picture', files['CONTROL-1']],
      /net-b/,
    ],
    ['one without a picture', ['a --control net-b'], /net-b needs a picture/],
    ['a picture of the chat', ['a --control net-b:@abc'], /--control-picture/],
    ['an image prompt without a picture', ['a --image-prompt 0.5'], /needs a picture/],
    ['a flag of a mask without a mask', ['a --only-masked'], /--only-masked needs a mask/],
  ])('%s', async (_, args, sentence) => {
    const { code, err } = await easel('imagine', ...args)
    expect(code).not.toBe(0)
    expect(err).toMatch(sentence)
  })
})
