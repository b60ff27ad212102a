/** Promises of the GPU check: a part that is too slow is named and does not cost the table; a missing library is one sentence. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { type Part, type PartRow, runParts } from '../../tools/gpu-check/parts.ts'

const part = (what: string, run: Part['run']): Part => ({ device: 'cuda:0', precision: 'float16', what, run })
const done = (what: string) => part(what, async () => [{ what, result: 'fine' }])
const resultsOf = (rows: readonly PartRow[]) => rows.map(({ what, result }) => [what, result])

test('parts for which no time is left are named as left out, in their places', async () => {
  let nowMs = 0
  const slow = part('pictures', async () => {
    nowMs += 100_000
    return [{ what: 'pictures', result: 'fine' }]
  })
  const rows = await runParts([done('networks'), slow, done('torch')], 60_000, () => nowMs)
  expect(resultsOf(rows)).toEqual([
    ['networks', 'fine'],
    ['pictures', 'fine'],
    ['torch', 'left out: no time is left'],
  ])
})

test('a part that fails says why and counts as failed, and the next one runs', async () => {
  const broken = part('networks', () => Promise.reject(new Error('no kernel')))
  const rows = await runParts([broken, done('pictures')], 60_000, () => 0)
  expect(rows.map(({ isFailed }) => isFailed ?? false)).toEqual([true, false])
  expect(resultsOf(rows)).toEqual([
    ['networks', 'Error: no kernel'],
    ['pictures', 'fine'],
  ])
})

test('a part that is given up tells what it knows so far', async () => {
  let nowMs = 0
  const known: string[] = []
  const slow: Part = {
    ...part('cases', signal => {
      known.push('3 of 3 pictures')
      nowMs += 60_000
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    }),
    soFar: () => known.map(result => ({ what: 'cases', result })),
  }
  vi.useFakeTimers()
  const checked = runParts([slow], 60_000, () => nowMs)
  await vi.advanceTimersByTimeAsync(60_000)
  vi.useRealTimers()
  expect(resultsOf(await checked)).toEqual([
    ['cases', '3 of 3 pictures'],
    ['cases', 'left out: not done after 60 s'],
  ])
})

test('a folder without CUDA’s libraries is refused in one sentence', () => {
  const program = fileURLToPath(new URL('../../dist/tools/gpu-check.js', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, [program, '--libraries', '/nowhere'], {
    encoding: 'utf8',
  })
  expect({ status, stderr }).toEqual({
    status: 1,
    stderr: expect.stringMatching(
      /^gpu-check: \/nowhere lacks libonnxruntime_providers_shared\.so\.[^\n]*\n$/,
    ),
  })
})
