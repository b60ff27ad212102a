import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Picture } from '../../../../src/engine/image/picture.ts'
import { maskedCanvas } from '../../../../src/engine/pipeline/orders/canvas.ts'
import { packageRoot } from '../../../../src/system/paths.ts'
import { aNoisyPicture } from '../../../helpers/pictures/pictures.ts'

/** Rows of `#` (repainted) and `.`: a mask, and the reference's resize of it. */
const rows = z.array(z.string())
const golden = z
  .object({ mask: rows, at96x64: rows })
  .parse(JSON.parse(readFileSync(join(packageRoot, 'test/golden/oracle-3/mask.json'), 'utf8')))

function pictureOf(lines: readonly string[]): Picture {
  const pixels = [...lines.join('')].flatMap(one => Array<number>(3).fill(one === '#' ? 255 : 0))
  return { widthPx: lines[0]?.length ?? 0, heightPx: lines.length, data: Uint8Array.from(pixels) }
}

test.each([
  [24, 16],
  [51, 34],
  [96, 64],
  [150, 100],
])(
  'a mask of its own size is resized once, as in the reference, whatever the size of its source: %d × %d',
  (widthPx, heightPx) => {
    const size = { widthPx: 96, heightPx: 64 }
    const source = aNoisyPicture(widthPx, heightPx)
    const { mask } = maskedCanvas(size, source, pictureOf(golden.mask), { softEdgePx: 0 }, 8)
    const lines = golden.at96x64.map((_, y) =>
      [...(mask?.painted.subarray(96 * y, 96 * (y + 1)) ?? [])].map(one => (one === 1 ? '#' : '.')).join(''),
    )
    expect(lines).toEqual(golden.at96x64)
  },
)
