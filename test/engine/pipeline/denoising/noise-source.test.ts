import { describe, expect, test } from 'vitest'
import { generatorPerPicture } from '../../../../src/engine/pipeline/denoising/noise-source.ts'
import { TorchRandom } from '../../../../src/engine/pipeline/denoising/torch-random.ts'
import { oneGenerator } from '../../../../tools/oracle/end-to-end/one-generator.ts'

describe('a generator per picture', () => {
  test('gives each picture of a set what it would get alone, draw by draw', () => {
    const set = generatorPerPicture([7, 8, 9])
    const alone = [7, 8, 9].map(seed => generatorPerPicture([seed]))
    for (const draw of ['drawForSource', 'draw', 'draw'] as const) {
      expect([...set[draw](64)]).toEqual(alone.flatMap(one => [...one[draw](64)]))
    }
  })
})

describe('one generator', () => {
  test('fills the batch in one draw, and draws a shared source once', () => {
    const random = new TorchRandom(5)
    const source = oneGenerator(5, 2)
    const shared = [...random.randn(32)]
    expect([...source.drawForSource(32)]).toEqual([...shared, ...shared])
    expect([...source.draw(32)]).toEqual([...random.randn(64)])
  })
})
