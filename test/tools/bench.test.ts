/** The benchmark's own promises: ways measured in turn, true differences, tables and figures that can be read. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { differenceOf, interleaved, median } from '../../tools/bench/measure.ts'
import { duration, print } from '../../tools/bench/report.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const program = fileURLToPath(new URL('../../dist/tools/bench.js', import.meta.url))

test('ways are measured in turn, after one round that does not count', async () => {
  const log: string[] = []
  const way = (name: string) => async () => {
    log.push(name)
    return log.length
  }
  expect(await interleaved([way('a'), way('b')], 2)).toEqual([
    [3, 5],
    [4, 6],
  ])
  expect(log.join('')).toBe('ababab')
})

test('medians and differences are what they are called', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([])).toBeNaN()
  expect(differenceOf(Uint8Array.of(0, 10, 255), Uint8Array.of(0, 10, 255))).toEqual({
    meanAbsolute: 0,
    greatest: 0,
    psnrDb: Number.POSITIVE_INFINITY,
  })
  expect(differenceOf(Uint8Array.of(0, 255), Uint8Array.of(255, 255))).toMatchObject({
    meanAbsolute: 127.5,
    greatest: 255,
    psnrDb: expect.closeTo(10 * Math.log10(2), 9),
  })
})

test('a table has its numbers under one another', () => {
  const section = { name: 'x', title: 'X', columns: ['', 'time'], notes: ['A note.'], figures: {} }
  const rows = [
    ['short', duration(7.129)],
    ['a longer one', duration(1420)],
  ]
  expect(print({ ...section, rows })).toBe(
    [
      '',
      'X',
      '',
      '                 time',
      '------------  -------',
      'short         7.13 ms',
      'a longer one   1.42 s',
      '  A note.',
    ].join('\n'),
  )
})

test('the command prints a table, and writes the figures that it is asked for', { timeout: 120_000 }, () => {
  const file = join(tempFolder(), 'figures.json')
  const args = ['--only', 'picture', '--rounds', '1', '--json', file]
  const printed = execFileSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  expect(printed).toMatch(/^a picture +\d+/m)
  expect(printed).toMatch(/% of the time is spent outside/)
  const { figures } = JSON.parse(readFileSync(file, 'utf8'))
  expect(Object.keys(figures)).toEqual(['picture'])
  expect(figures.picture.pictureMs).toBeGreaterThan(figures.picture.stepMs)
  expect(figures.picture.outsideShare).toBeLessThan(0.5)
})

test.each([
  [['--only', 'speed'], 'no part speed; there are picture, samplers, savings, extras, memory, exchange'],
  [['--rounds', '0'], '--rounds wants a whole number from 1 on'],
  [['--model', 'none'], 'no model none among demo'],
])('%j is refused in one sentence', (args, sentence) => {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' })
  expect(status).toBe(1)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(stderr).toContain(sentence)
})
