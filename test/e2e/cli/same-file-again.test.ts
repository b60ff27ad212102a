/** The command that `easel info` names makes the same file again, in every format. */
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { cliFolder, quick } from '../../helpers/cli/cli-folder.ts'
import { shellWords } from '../../helpers/cli/shell-words.ts'
import { runShell } from '../../helpers/processes/run-cli.ts'

const { folder, easel, inFolder, read, succeed, commandOf } = cliFolder()

/** A command line that a person pastes into a shell. */
const pasted = (line: string) => easel(...shellWords(line))

describe('the command that info names makes the same file again', () => {
  const cases: { name: string; make: string[]; made: string; from?: string; mask?: string }[] = [
    {
      name: 'a plain picture',
      make: ['imagine', 'a red circle', '--seed', '7', ...quick],
      made: 'plain.png',
    },
    {
      name: 'words that a shell and the grammar would both read as their own',
      make: [
        'imagine',
        `it's "50 % off" $HOME \`id\` \\ é –`,
        '--no',
        `rain, "snow" it's --steps 9`,
        '--seed',
        '8',
        ...quick,
      ],
      made: 'quoted.png',
    },
    {
      name: 'a refined one with another sampler',
      make: [
        'imagine',
        'a yellow moon',
        '--refine',
        'ensemble',
        '--sampler',
        'dpmpp-2m karras',
        '--cfg',
        '5.5',
        '--seed',
        '9',
      ],
      made: 'refined.png',
    },
    {
      name: 'one that began as another',
      make: [
        'imagine',
        'a yellow moon',
        '--init',
        'base.png',
        '--strength',
        '0.6',
        '--refine',
        '--seed',
        '10',
      ],
      made: 'image-to-image.png',
      from: 'base.png',
    },
    {
      name: 'one that was painted anew in part',
      make: [
        'imagine',
        'a yellow moon',
        '--init',
        'base.png',
        '--mask',
        'mask.png',
        '--strength',
        '0.8',
        '--seed',
        '11',
        ...quick,
      ],
      made: 'in-painted.png',
      from: 'base.png',
      mask: 'mask.png',
    },
    {
      name: 'one that the Refiner finished afterwards',
      make: ['refine', 'base.png', '--strength', '0.4', '--seed', '12'],
      made: 'finished.png',
      from: 'base.png',
    },
    {
      name: 'words that begin with a dash',
      make: ['imagine', ...quick, '--seed', '7', '--', '-old man'],
      made: 'dash.png',
    },
    {
      name: 'words over two lines, with a character that a terminal obeys',
      make: ['imagine', 'a red\ncircle \u001b[31m', '--seed', '7', ...quick],
      made: 'lines.png',
    },
    {
      name: 'one that the Refiner finished with words that begin with a dash',
      make: ['refine', 'base.png', '--seed', '12', '--prompt', '-old man'],
      made: 'finished-dash.png',
      from: 'base.png',
    },
    { name: 'an enlarged one', make: ['upscale', 'base.png'], made: 'enlarged.png', from: 'base.png' },
  ]

  beforeAll(async () => {
    await succeed('imagine', 'a red circle on a blue background', '--seed', '7', ...quick, '-o', 'base.png')
    const half = { create: { width: 64, height: 128, channels: 3, background: '#fff' } } as const
    const mask = sharp({ create: { width: 128, height: 128, channels: 3, background: '#000' } })
    await mask
      .composite([{ input: half, left: 0, top: 0 }])
      .png()
      .toFile(inFolder('mask.png'))
  })

  test.each(cases)('$name', async ({ make, made, from, mask }) => {
    const [name = '', ...words] = make
    await succeed(name, '-o', made, ...words)
    const command = await commandOf(made, { FILE: from, MASK: mask })
    const { code, err } = await pasted(command)
    expect(code, `${command}\n${err}`).toBe(0)
    expect(read('again.png').equals(read(made)), command).toBe(true)
  })

  test('one of a set', async () => {
    await succeed('imagine', 'a green square', '--n', '2', '--seed', '9', ...quick, '-o', 'pair.png')
    const { code } = await pasted(await commandOf('pair-2.png'))
    expect(code).toBe(0)
    expect(read('again.png').equals(read('pair-2.png'))).toBe(true)
  })
})

describe('a picture is written as its name says', () => {
  test.each([
    ['webp', 'RIFF'],
    ['jpg', '\xff\xd8\xff'],
    ['jpeg', '\xff\xd8\xff'],
  ])('.%s', async (extension, magic) => {
    const made = `made.${extension}`
    await succeed('imagine', 'a green square', '--seed', '9', ...quick, '-o', made)
    expect(read(made).toString('latin1', 0, magic.length)).toBe(magic)
    const { code } = await pasted(await commandOf(made))
    expect(code).toBe(0)
    expect(read(`again.${extension}`).equals(read(made))).toBe(true)
  })

  test('its parameters may be read in part', async () => {
    await succeed('imagine', 'a green square', '--seed', '9', ...quick, '-o', 'read.png')
    expect((await runShell('easel info read.png | true', { cwd: folder })).err).toBe('')
  })
})
