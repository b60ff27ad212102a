/** What a file or a pipe is told while a picture is painted. */
import { expect, test } from 'vitest'
import { showProgress } from '../../../src/cli/pictures/progress.ts'
import { en } from '../../../src/words/en.ts'

test('loading is reported once until the next step, for any number of networks', () => {
  const said: string[] = []
  // Under vitest it is a pipe.
  expect(process.stderr.isTTY).toBeFalsy()
  const progress = showProgress(process.stderr, line => said.push(line), en)
  for (let network = 0; network < 3; network++) progress.loading('sdxl')
  progress.step(1, 2)
  for (let network = 0; network < 2; network++) progress.loading('sdxl')
  progress.step(2, 2)
  progress.end()
  const loading = en.cli.loading('sdxl')
  expect(said).toEqual([loading, en.cli.step(1, 2), loading, en.cli.step(2, 2)])
})
