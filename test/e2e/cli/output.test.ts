import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import { writePngMetadata } from '../../../src/engine/image/files/png-file.ts'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'
import { runHere } from '../../helpers/cli/run-here.ts'
import { runCli, runShell } from '../../helpers/processes/run-cli.ts'

const pngMagic = '\x89PNG'

const { folder, easel, inFolder, read, succeed } = cliFolder()
const imagine = ['imagine', 'a red circle', '--seed', '7', '--steps', '2', '-o']
const circle = "imagine 'a red circle' --seed 7 --steps 2"
beforeAll(() => succeed(...imagine, 'base.png'))

/** A picture of another program. */
async function writeSaying(name: string, parameters: string): Promise<void> {
  const plain = { create: { width: 128, height: 128, channels: 3, background: '#c03020' } } as const
  writeFileSync(
    inFolder(name),
    writePngMetadata(await sharp(plain).png().toBuffer(), { parameters, xmp: '' }),
  )
}

describe('a picture goes where it is sent', () => {
  test.each(['-', '/dev/stdout'])('standard output, and nothing else goes there: %s', async target => {
    const { code, err } = await runShell(`easel ${circle} -o ${target} > piped.png`, { cwd: folder })
    expect(code, err).toBe(0)
    expect(err).toContain(`${target}  128×128  seed 7`)
    expect(read('piped.png').equals(read('base.png'))).toBe(true)
  })

  test('a device, which stays one', async () => {
    const { code, err } = await runShell(`easel ${circle} -o /dev/full`, { cwd: folder })
    expect({ code, last: err.trim().split('\n').at(-1) }).toEqual({
      code: 1,
      last: 'easel: /dev/full cannot be written: the disk is full.',
    })
    expect(lstatSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  test('a named pipe, which stays one', async () => {
    execFileSync('mkfifo', [inFolder('pipe')])
    const line = `cat pipe > read.png & easel ${circle} -o pipe; wait`
    expect(await runShell(line, { cwd: folder })).toMatchObject({ code: 0 })
    expect(read('read.png').toString('latin1', 0, 4)).toBe(pngMagic)
    expect(lstatSync(inFolder('pipe')).isFIFO()).toBe(true)
  })

  test('the file that a link leads to; the link stays', async () => {
    writeFileSync(inFolder('kept.png'), 'before')
    symlinkSync('kept.png', inFolder('link.png'))
    await succeed(...imagine, 'link.png')
    expect(lstatSync(inFolder('link.png')).isSymbolicLink()).toBe(true)
    expect(read('kept.png').toString('latin1', 0, 4)).toBe(pngMagic)
  })

  test('the file that a link leads to is made where there is none; the link stays', async () => {
    symlinkSync('made.png', inFolder('dangling.png'))
    await succeed(...imagine, 'dangling.png')
    expect(lstatSync(inFolder('dangling.png')).isSymbolicLink()).toBe(true)
    expect(read('made.png').toString('latin1', 0, 4)).toBe(pngMagic)
  })

  test('and nowhere else: a circle of links, and somebody’s file beside it, stay', async () => {
    symlinkSync('two.png', inFolder('one.png'))
    symlinkSync('one.png', inFolder('two.png'))
    expect(await easel(...imagine, 'one.png')).toMatchObject({
      code: 1,
      err: 'easel: one.png cannot be written: its links lead in a circle.\n',
    })
    expect(lstatSync(inFolder('one.png')).isSymbolicLink()).toBe(true)
    writeFileSync(inFolder('new.png.part'), 'a download')
    await succeed(...imagine, 'new.png')
    expect(readFileSync(inFolder('new.png.part'), 'utf8')).toBe('a download')
  })
})

test('a device without an end is no picture', async () => {
  expect(await easel('info', '/dev/zero')).toMatchObject({
    code: 1,
    err: 'easel: /dev/zero cannot be read: it is too large.\n',
  })
})

test.runIf(process.getuid?.() === 0)('a file that one may not write is not replaced', async () => {
  const open = mkdtempSync(join(tmpdir(), 'easel-cli-open-'))
  chmodSync(open, 0o777)
  writeFileSync(join(open, 'mine.png'), 'mine', { mode: 0o444 })
  const { code, err } = await runCli(['imagine', 'a', '-o', 'mine.png'], { cwd: open, uid: 65_534 })
  expect({ code, err }).toEqual({ code: 1, err: 'easel: mine.png cannot be written: it is not allowed.\n' })
  expect(readFileSync(join(open, 'mine.png'), 'utf8')).toBe('mine')
  rmSync(open, { recursive: true })
})

test('--repeat gives pictures of their own, alternatives one seed', async () => {
  const repeated = await succeed('imagine', 'a red circle --repeat 3 --steps 2', '-o', 'r.png')
  const seeds = (out: string) => [...out.matchAll(/seed (\d+)/g)].map(([, seed]) => seed)
  expect(new Set(seeds(repeated)).size).toBe(3)
  const compared = await succeed('imagine', 'a {red,blue} circle --steps 2', '-o', 'c.png')
  expect(seeds(compared)).toHaveLength(2)
  expect(new Set(seeds(compared)).size).toBe(1)
})

test('a picture may come from standard input, named -', async () => {
  const painted = "easel imagine 'a red circle --steps 1' -o -"
  const { out, err } = await runShell(`${painted} | easel info -\n${painted} | easel upscale -`, {
    cwd: folder,
  })
  expect(out, err).toMatch(/^Prompt: a red circle\n/)
  expect(readdirSync(folder)).toContain('out-x2.png')
})

test('the Refiner goes on from what another program wrote into a picture', async () => {
  const text =
    'a red circle\nNegative prompt: fog\nSteps: 6, Sampler: DPM++ 2M, CFG scale: 5, Seed: 9, Model: other'
  await writeSaying('foreign.png', text)
  await succeed('refine', 'foreign.png', '-o', 'refined.png')
  const out = await succeed('info', 'refined.png')
  expect(out).toMatch(/^Prompt: a red circle\nNot: fog\n/)
  expect(out).toContain('Seed: 9\n')
})

describe('a terminal gets text alone', () => {
  const hostile = '\u001b]0;owned\u0007'

  beforeAll(() => mkdirSync(inFolder('models')))

  test.each<[string, string[], () => void]>([
    [
      'the name of a file',
      ['models', '--config', 'own.yaml'],
      () => writeFileSync(inFolder(`models/a${hostile}.safetensors`), ''),
    ],
    [
      'the name of a folder',
      ['models', '--config', 'own.yaml'],
      () => mkdirSync(inFolder(`models/d${hostile}`)),
    ],
    [
      'a key of the configuration',
      ['models', '--config', 'key.yaml'],
      () => writeFileSync(inFolder('key.yaml'), '"\\e[31mkey": 1'),
    ],
    ['a word of the command', [`x${hostile}`], () => undefined],
    ['a flag', ['imagine', 'a', `--b${hostile}`], () => undefined],
    ['a file that is not there', ['info', `none${hostile}`], () => undefined],
  ])('%s', async (_, args, prepare) => {
    writeFileSync(inFolder('own.yaml'), 'modelsDir: models')
    prepare()
    const { out, err } = await easel(...args)
    expect(out + err).not.toBe('')
    expect((out + err).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })

  test('what a picture says of itself', async () => {
    const text = `a cat${hostile}\nSteps: 6, Sampler: ${hostile}, Seed: 9, Other: ${hostile}`
    await writeSaying('hostile.png', text)
    const out = await succeed('info', 'hostile.png')
    expect(out).toContain('a cat')
    expect(out.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

test('a secret that a fault quotes is not printed', async () => {
  const token = 'a-secret-of-this-machine'
  const { code, err } = await runHere(['info', `${token}.png`], {
    cwd: folder,
    env: { DISCORD_TOKEN: token },
  })
  expect({ code, err }).toEqual({
    code: 1,
    err: 'easel: [secret].png cannot be read: there is no such file or folder.\n',
  })
})

test.each([
  [['help'], ['--help']],
  [
    ['help', 'info'],
    ['info', '--help'],
  ],
])('%j is answered as %j', async (asCommand, asOption) => {
  const first = await easel(...asCommand)
  expect(await easel(...asOption)).toEqual(first)
  expect(first.out).toMatch(/^Usage: easel/)
  expect(first.code).toBe(0)
})
