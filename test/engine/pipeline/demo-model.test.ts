/** Promises of the demo model in this engine: it paints what is asked, and the Refiner adds the finish it was taught. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type OpenDemo, openDemo, pixelsOf } from '../../helpers/demo-painter.ts'
import {
  backgroundColour,
  type Colour,
  colours,
  edgeStrength,
  type ObjectName,
  objectColour,
  objects,
  type Pixels,
  shading,
} from '../../helpers/judge.ts'

let demo: OpenDemo

beforeAll(async () => {
  demo = await openDemo()
})
afterAll(() => demo.close())

/** Prompt i of the suite: objects in turn, colours spread by coprime steps; an object never on its own colour. */
function promptOf(i: number): { text: string; object: ObjectName; colour: Colour; background: Colour } {
  const names = Object.keys(objects).filter((name): name is ObjectName => name in objects)
  const object = names[i % names.length] ?? 'circle'
  const colour = colours[(i * 5 + Math.trunc(i / 12)) % 12] ?? 'red'
  const background = colours[(i * 7 + 3 + Math.trunc(i / 12)) % 12] ?? 'blue'
  const other = background === colour ? (colours[(colours.indexOf(colour) + 5) % 12] ?? 'blue') : background
  return { text: `a ${colour} ${object} on a ${other} background`, object, colour, background: other }
}

describe('the demo model', { timeout: 600_000 }, () => {
  test('shows the object and the background in the colours asked for, in at least 97 of 100 prompts each', async () => {
    const wrong = { object: [] as string[], background: [] as string[] }
    for (let i = 0; i < 100; i++) {
      const prompt = promptOf(i)
      const picture = await demo.paint({ positive: prompt.text, seed: 1000 + i })
      if (objectColour(picture, prompt.object) !== prompt.colour) wrong.object.push(prompt.text)
      if (backgroundColour(picture) !== prompt.background) wrong.background.push(prompt.text)
    }
    expect(wrong.object.length, wrong.object.join('; ')).toBeLessThanOrEqual(3)
    expect(wrong.background.length, wrong.background.join('; ')).toBeLessThanOrEqual(3)
  })

  test('gets more outline and more shading from the Refiner at aesthetic score 6 than at 2.5', async () => {
    const mean = { edge: { base: 0, low: 0, high: 0 }, shading: { base: 0, low: 0, high: 0 } }
    const add = (name: 'base' | 'low' | 'high', picture: Pixels) => {
      mean.edge[name] += edgeStrength(picture) / 16
      mean.shading[name] += shading(picture) / 16
    }
    for (let i = 0; i < 16; i++) {
      const { text } = promptOf(i)
      const base = await demo.paintFile({ positive: text, seed: 2000 + i })
      add('base', await pixelsOf(base))
      add('high', await demo.refine(base, { positive: text, seed: 2000 + i, aestheticScore: 6 }))
      add('low', await demo.refine(base, { positive: text, seed: 2000 + i, aestheticScore: 2.5 }))
    }
    // The recipe's table (section 5) has 4.5-5.6 against 3.1-3.5 for edges and 31-38 against 14 for shading.
    expect(mean.edge.high).toBeGreaterThan(1.2 * mean.edge.low)
    expect(mean.shading.high).toBeGreaterThan(1.4 * mean.shading.low)
    expect(mean.edge.high).toBeGreaterThan(1.1 * mean.edge.base)
    expect(mean.shading.high).toBeGreaterThan(1.4 * mean.shading.base)
  })

  test('gives the same bytes for the same order, and other pictures for another seed', async () => {
    const [first, again, other] = [
      await demo.paintFile({ positive: 'a red heart on a yellow background', seed: 3 }),
      await demo.paintFile({ positive: 'a red heart on a yellow background', seed: 3 }),
      await demo.paintFile({ positive: 'a red heart on a yellow background', seed: 4 }),
    ]
    expect(Buffer.from(first).equals(again)).toBe(true)
    expect(Buffer.from(first).equals(other)).toBe(false)
  })
})
