/** The command line paints, and stops on Ctrl-C. */
import { readdirSync, writeFileSync } from 'node:fs'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { cliFolder, quick } from '../../helpers/cli/cli-folder.ts'
import { pixelsOf } from '../../helpers/models/demo-painter.ts'
import { backgroundColour, objectColour } from '../../helpers/models/picture-judges.ts'
import { runCli } from '../../helpers/processes/run-cli.ts'

const { easel, folder, inFolder, read, succeed } = cliFolder()

describe('the command line paints', () => {
  test('a red circle on a blue background', async () => {
    const { code, out, err } = await easel(
      'imagine',
      'a red circle on a blue background',
      '--seed',
      '7',
      '-o',
      'base.png',
    )
    expect({ code, out }).toEqual({ code: 0, out: 'base.png  128×128  seed 7\n' })
    expect(err).toMatch(
      /^loading demo …\nstep 1 of 20\nstep 5 of 20\nstep 10 of 20\nstep 15 of 20\nstep 20 of 20\ndone in \d/,
    )
    const picture = await pixelsOf(read('base.png'))
    expect([objectColour(picture, 'circle'), backgroundColour(picture)]).toEqual(['red', 'blue'])
  })

  test('a set, each picture under its number and seed', async () => {
    const out = await succeed(
      'imagine',
      'a green square',
      '--n',
      '2',
      '--ar',
      '3:2',
      '--seed',
      '9',
      ...quick,
      '-o',
      'set.png',
    )
    expect(out).toBe('set-1.png  160×104  seed 9\nset-2.png  160×104  seed 10\n')
  })

  test('from a photo of any size, and refines it', async () => {
    const photo = await sharp({ create: { width: 200, height: 150, channels: 3, background: '#c03020' } })
      .jpeg()
      .toBuffer()
    writeFileSync(inFolder('photo.jpg'), photo)
    const out = await succeed(
      'imagine',
      'a yellow moon',
      '--init',
      'photo.jpg',
      '--strength',
      '0.6',
      '--refine',
      '--seed',
      '5',
      '-o',
      'from-photo.png',
    )
    expect(out).toMatch(/^from-photo\.png {2}\d+×\d+ {2}seed 5\n$/)
    expect(await succeed('refine', 'base.png')).toBe('base-refined.png  128×128  seed 7\n')
    expect(await succeed('upscale', 'base.png', '--factor', '4')).toBe('base-x4.png  512×512\n')
  })
})

test('Ctrl-C stops between two steps, writes nothing and says so', async () => {
  const before = readdirSync(folder).sort()
  const args = ['imagine', 'a red circle', '--steps', '150', '-o', 'stopped.png']
  const { code, out, err } = await runCli(args, { cwd: folder, interruptAt: 'step 1 of 150' })
  expect({ code, out }).toEqual({ code: 130, out: '' })
  expect(err).toContain('Stopped before the picture was finished; nothing was written.\n')
  expect(readdirSync(folder).sort()).toEqual(before)
})
