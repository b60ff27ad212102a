/** Bad input on the command line gets one clear sentence and an exit code, and writes nothing. */
import { readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { cliFolder } from '../../helpers/cli/cli-folder.ts'

const { easel, folder, inFolder } = cliFolder()

describe('bad input gets one clear sentence', () => {
  /** The sentence on standard error; nothing may have been written. */
  async function refused(args: readonly string[], code: number): Promise<string> {
    const before = readdirSync(folder).sort()
    const run = await easel(...args)
    expect(run.out).toBe('')
    expect(run.err).toMatch(/^(?:easel: [^\n]+\n)+$/)
    expect(run.code, run.err).toBe(code)
    expect(readdirSync(folder).sort()).toEqual(before)
    return run.err.replace(/^easel: /, '').trimEnd()
  }
  const circle = ['imagine', 'a red circle']

  test.each([
    ['an unknown flag', [...circle, '--bogus', '3'], /no flag --bogus/],
    ['a flag that is nearly one', [...circle, '--sede', '3'], /--seed/],
    ['too many steps', [...circle, '--steps', '1000'], /^steps is 1000, but must be from 1 to 150\.$/],
    ['a seed below -1', [...circle, '--seed', '-2'], /^seed is -2, but must be from -1 to \d+\.$/],
    ['words for a number', [...circle, '--steps', 'many'], /--steps.*many/],
    [
      'a size that no model can do',
      [...circle, '--size', '100x100'],
      /steps of 8 .*100×100.* nearest is 104×104/,
    ],
    ['an unknown model', [...circle, '--model', 'demmo'], /no model “demmo”.*demo/],
    ['an unknown sampler', [...circle, '--sampler', 'eular'], /no sampler “eular”.*euler/],
    ['a flag that is like none', [...circle, '--qqqqqq'], /easel imagine --help lists them all/],
    ['a parameter of Midjourney', [...circle, '--chaos', '3'], /easel imagine --help tells/],
    ['an empty prompt', ['imagine', ''], /Say what to paint, e\.g\. easel imagine "/],
    [
      'a set for standard output',
      [...circle, '--n', '2', '-o', '-'],
      /^- takes one picture, and this makes 2/,
    ],
    ['a set for a device', [...circle, '--n', '2', '-o', '/dev/null'], /^\/dev\/null takes one picture/],
    ['no prompt', ['imagine', '--steps', '3'], /Say what to paint/],
    ['a prompt of 10,000 characters', ['imagine', 'a'.repeat(10_000)], /has 10000 characters; at most 4000/],
    ['an unknown command', ['imagin'], /^There is no command imagin\. Did you mean imagine\?$/],
    ['a missing file name', ['info'], /^The argument <file> is missing\. easel info --help shows/],
    ['an unknown option', ['serve', '--bogus'], /^There is no option --bogus here\. .* easel serve --help/],
    [
      'an option before its command',
      ['--bogus', 'x', 'serve'],
      /^There is no option --bogus here\. Options go after/,
    ],
    ['a size that is none', [...circle, '--size', '5'], /^--size takes a size such as 1024x768, not “5”\.$/],
    [
      'a flag before the prompt',
      ['imagine', '--size', '8x8', 'a cat'],
      /not “8x8 a cat”\. \(Flags go after the prompt\.\)/,
    ],
    ['a factor that there is none of', ['upscale', 'x.png', '--factor', '3'], /2, 4/],
    [
      'a kind of file that there is none of',
      [...circle, '-o', 'out.gif'],
      /\.webp or \.jpg, not as \.gif\.$/,
    ],
    ['no days', ['stats', '--days', '0'], /--days must be more than 0/],
    ['statistics of nothing', ['stats'], /There is no .*easel\.sqlite yet/],
    [
      'several things at once',
      [...circle, '--bogus', '3', '--model', 'demmo', '--n', '99'],
      /no flag --bogus.*\n.*no model “demmo”.*\n.*n is 99/,
    ],
  ])('used wrongly, exit code 2: %s', async (_, args, sentence) => {
    expect(await refused(args, 2)).toMatch(sentence)
  })

  test.each([
    [
      'a picture that is not there',
      [...circle, '--init', 'none.png'],
      /^none\.png cannot be read: there is no such file/,
    ],
    ['a picture that is none', [...circle, '--init', 'words.txt'], /not a picture/],
    [
      'an info of what is no picture',
      ['info', 'words.txt'],
      /^words\.txt is not a PNG, JPEG or WebP picture\.$/,
    ],
    [
      'a place that cannot be written',
      [...circle, '-o', 'none/out.png'],
      /^none\/out\.png cannot be written: there is no such/,
    ],
    ['a folder in the place of the file', [...circle, '-o', '.'], /cannot be written: it is a folder/],
    ['a configuration that is not there', ['models', '--config', 'none.yaml'], /none\.yaml cannot be read/],
    [
      'a configuration that is no YAML',
      ['models', '--config', 'broken.yaml'],
      /broken\.yaml is wrong at the top level: this is not YAML/,
    ],
    [
      'a setting of another kind',
      ['models', '--config', 'wrong.yaml'],
      /wrong at web\.port: "x" is not a whole number/,
    ],
    [
      'a machine that has no device of its own',
      [...circle, '--config', 'gateway.yaml'],
      /wrong at devices: it is empty/,
    ],
    [
      'several wrong settings, a line each',
      ['models', '--config', 'three.yaml'],
      /typoe: .*\neasel: .*three\.yaml is wrong at web\.port: .*\neasel: .*limits\.maxCount: 9 is outside/,
    ],
    [
      'a setting that there is none of',
      ['models', '--config', 'typo.yaml'],
      /dataDri.*the nearest is dataDir\./,
    ],
  ])('not to be had, exit code 1: %s', async (_, args, sentence) => {
    writeFileSync(inFolder('words.txt'), 'a red circle')
    writeFileSync(inFolder('broken.yaml'), ': : [')
    writeFileSync(inFolder('wrong.yaml'), 'web: { port: x }')
    writeFileSync(inFolder('typo.yaml'), 'dataDri: x')
    writeFileSync(inFolder('three.yaml'), 'typoe: 1\nweb: { port: x }\nlimits: { maxCount: 9 }')
    writeFileSync(inFolder('gateway.yaml'), 'devices: []\nredis: { url: "redis://localhost" }')
    expect(await refused(args, 1)).toMatch(sentence)
  })
})
