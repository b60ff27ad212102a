/** Where a picture of the command line is written, and what is beside it. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openTarget } from '../../../src/cli/pictures/picture-target.ts'
import { systemRandom } from '../../../src/system/system-ports.ts'
import { keptSurroundings } from '../../helpers/cli/surroundings.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const picture = Buffer.from('a picture')
const { stdout } = keptSurroundings().surroundings

describe('a dangling link in a linked folder is read as the system reads it', () => {
  test('from the folder where it really is', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'data', 'deep'), { recursive: true })
    symlinkSync(join('data', 'deep'), join(folder, 'ln'))
    symlinkSync(join('..', 'new.png'), join(folder, 'ln', 'out.png'))
    await write(join(folder, 'ln', 'out.png'))
    expect(readFileSync(join(folder, 'data', 'new.png'))).toEqual(picture)
    expect(readdirSync(folder).sort()).toEqual(['data', 'ln'])
  })

  test('and through the links in its target', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'data', 'deep'), { recursive: true })
    symlinkSync(join('data', 'deep'), join(folder, 'ln'))
    symlinkSync('ln/../new.png', join(folder, 'out.png'))
    await write(join(folder, 'out.png'))
    expect(readFileSync(join(folder, 'data', 'new.png'))).toEqual(picture)
    expect(readdirSync(folder).sort()).toEqual(['data', 'ln', 'out.png'])
  })
})

test('an empty name is refused before anything is painted', async () => {
  await expect(openTarget('', 1, { random: systemRandom, stdout })).rejects.toMatchObject({ code: 'file' })
})

describe('a partial file that is not its own', () => {
  test('of a killed run with the same process id is in nobody’s way', async () => {
    const folder = tempFolder()
    const left = `out.png.${process.pid}.part`
    writeFileSync(join(folder, left), 'half')
    await write(join(folder, 'out.png'))
    expect(readdirSync(folder).sort()).toEqual(['out.png', left])
  })

  test('stays, even when it has the very name that was drawn', async () => {
    const folder = tempFolder()
    const target = await openTarget(join(folder, 'out.png'), 1, { random: { uint32: () => 0x1234 }, stdout })
    for (const name of ['1234', process.pid]) writeFileSync(join(folder, `out.png.${name}.part`), 'theirs')
    const before = readdirSync(folder)
    await expect(target?.write(picture)).rejects.toMatchObject({ code: 'file' })
    expect(readdirSync(folder)).toEqual(before)
  })
})

async function write(file: string): Promise<void> {
  const target = await openTarget(file, 1, { random: systemRandom, stdout })
  await target?.write(picture)
}
