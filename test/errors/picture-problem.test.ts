import { expect, test } from 'vitest'
import type { PictureProblem } from '../../src/errors/picture-problem.ts'
import { pictureRefusal as english } from '../../src/words/en/reasons/picture.ts'
import { pictureRefusal as chinese } from '../../src/words/zh-cn/reasons/picture.ts'

const size = { widthPx: 30_000, heightPx: 20_000 }

test.each<[PictureProblem, string[]]>([
  [{ what: 'not-a-picture' }, ['PNG']],
  [{ what: 'format', found: 'GIF' }, ['GIF', 'WebP']],
  [{ what: 'too-many-bytes', bytes: 12_340_000, limitBytes: 10_000_000 }, ['12.3 MB', '10.0 MB']],
  [{ what: 'too-many-pixels', ...size, limitPixels: 4_194_304 }, ['30000×20000']],
  [{ what: 'side', ...size, minPx: 16, maxPx: 8192 }, ['30000×20000', '16', '8192']],
  [{ what: 'animated' }, []],
  [{ what: 'damaged' }, []],
  [{ what: 'metadata', limitBytes: 4_000_000 }, ['4.0 MB']],
])('the sentence for $what holds its numbers in every language', (problem, facts) => {
  for (const refusal of [english(problem), chinese(problem)]) {
    for (const fact of facts) expect(refusal).toContain(fact)
    expect(refusal).not.toMatch(/undefined|object|NaN/)
  }
})
