import { describe, expect, it } from 'vitest'
import { parameterTable } from '../../../src/bots/messages/parameters.ts'
import {
  type ControlOrder,
  type PaintOrder,
  refineOrder,
  type WorkOrder,
} from '../../../src/engine/work-order.ts'
import { en } from '../../../src/words/en.ts'
import { redCircleOrder } from '../../helpers/job-views.ts'

const table = (order: WorkOrder) => Object.fromEntries(parameterTable({ order, promptAsTyped: '' }, 0, en))
const refiner = {
  model: { name: 'demo', hash: 'beef' },
  guidance: 3,
  aesthetic: { positive: 6, negative: 2.5 },
}

describe('Info tells everything that decided a picture', () => {
  it.each<[PaintOrder['refinement'], string]>([
    [
      { way: 'after', strength: 0.3, steps: 20, ...refiner },
      'demo, refined, strength 0.3, 20 steps, guidance 3, aesthetic score 6',
    ],
    [
      { way: 'ensemble', split: 0.8, ...refiner },
      'demo, with the Refiner, from 0.8 of the way on, guidance 3, aesthetic score 6',
    ],
  ])('of the Refiner in a new picture', (refinement, told) => {
    expect(table(redCircleOrder({ refinement })).Refiner).toBe(told)
  })

  it('for a mask, fresh noise, and the score of a refined picture', () => {
    const { sampling, prompt } = redCircleOrder()
    const inpainting = { softEdgePx: 4, onlyMasked: { paddingPx: 32, widthPx: 128, heightPx: 128 } }
    const source = { pictureId: 'photo', maskId: 'mask', strength: 0.5, inpainting }
    const masked = redCircleOrder({ source, sampling: { ...sampling, eta: 0.5 } })
    expect(table(masked)).toMatchObject({
      Source: 'photo, strength 0.5',
      Mask: 'mask, soft edge of 4 px, only the masked part, with 32 px around it',
      Eta: '0.5',
    })
    const size = { widthPx: 128, heightPx: 128 }
    const refined = { kind: 'refine', prompt, ...size, seed: 7, sampling, source, ...refiner }
    expect(table(refineOrder.parse(refined))).toMatchObject({ 'Aesthetic score': '6' })
  })

  it('for an older picture whose kept region was not pasted back', () => {
    const source = { pictureId: 'photo', maskId: 'mask', strength: 0.5 }
    expect(table(redCircleOrder({ source })).Mask).toBe('mask, what it keeps is not pasted back')
  })

  it('for the pictures that guided it', () => {
    const model = { name: 'canny', hash: 'beef' }
    const control: ControlOrder = {
      model,
      pictureId: 'map',
      preprocessor: 'none',
      scale: 0.8,
      start: 0,
      end: 1,
      guess: false,
    }
    const order = redCircleOrder({
      controls: [control, { ...control, pictureId: 'photo', preprocessor: 'canny', end: 0.5, guess: true }],
      imagePrompts: [{ model: { name: 'plus', hash: 'cafe' }, pictureId: 'cat', scale: 0.6 }],
    })
    const rows = parameterTable({ order, promptAsTyped: '' }, 0, en)
    expect(rows.filter(([name]) => /ControlNet|Image prompt/.test(name))).toEqual([
      ['ControlNet', 'canny (beef), map, as it is, scale 0.8'],
      ['ControlNet', 'canny (beef), photo, its edges, scale 0.8, from 0 to 0.5 of the steps, guess mode'],
      ['Image prompt', 'cat, plus (cafe), scale 0.6'],
    ])
  })
})
