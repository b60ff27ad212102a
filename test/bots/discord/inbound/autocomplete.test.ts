/** However many names there are, the wanted one is among those that Discord can show. */
import { describe, expect, it } from 'vitest'
import {
  choicesFor,
  choicesForLast,
  pictureChoices,
} from '../../../../src/bots/discord/inbound/autocomplete.ts'
import { en } from '../../../../src/words/en.ts'
import { jobView, pictureView } from '../../../helpers/job-views.ts'

const models = Array.from({ length: 60 }, (_, i) => `painter-${i}`)
const namesOf = (typed: string, names: readonly string[]) => choicesFor(typed, names).map(({ name }) => name)

describe('choices while typing', () => {
  it('are the first 25 where nothing is typed', () => {
    expect(namesOf('', models)).toEqual(models.slice(0, 25))
  })

  it('find a name beyond the first 25', () => {
    expect(namesOf('painter-57', models)[0]).toBe('painter-57')
    expect(namesOf(' PAINTER-5', models).slice(0, 2)).toEqual(['painter-5', 'painter-50'])
  })

  it('put names that begin so before words that do, those before any place, and near misses last', () => {
    const names = ['euler', 'heun', 'dpmpp-2m', 'sde-dpmpp', 'xdpmpp', 'ddim']
    expect(namesOf('dpmpp', names)).toEqual(['dpmpp-2m', 'sde-dpmpp', 'xdpmpp'])
    expect(namesOf('eulre', names)).toEqual(['euler'])
    expect(namesOf('nothing like it', names)).toEqual([])
  })

  it('find what people call otherwise', () => {
    const names = ['euler', 'euler_a', 'dpmpp_2m', 'dpmpp_2m_karras', 'unipc']
    expect(namesOf('DPM++', names)).toEqual(['dpmpp_2m', 'dpmpp_2m_karras'])
    expect(namesOf('dpm++ 2m karras', names)[0]).toBe('dpmpp_2m_karras')
    expect(namesOf('Euler a', names)[0]).toBe('euler_a')
    expect(namesOf('++', ['euler', 'dpmpp_2m'])).toEqual(['dpmpp_2m'])
  })

  it('leave out what Discord cannot carry', () => {
    expect(namesOf('', ['x'.repeat(101), '', 'short'])).toEqual(['short'])
  })
})

describe('choices for the last of a list', () => {
  const names = ['style', 'people/face', 'people/hands']
  const of = (typed: string) => choicesForLast(typed, names).map(({ value }) => value)

  it('keep the text before it', () => {
    expect(of('peo')).toEqual(['people/face', 'people/hands'])
    expect(of('style:0.8; face')).toEqual(['style:0.8; people/face'])
    expect(of('style;')).toEqual(['style; style', 'style; people/face', 'style; people/hands'])
  })

  it('leave a name with its weight as it is', () => {
    expect(of('style:0.')).toEqual(['style:0.'])
    expect(of('people/face; Style:0.8:1')).toEqual(['people/face; Style:0.8:1'])
  })

  it('offer nothing that Discord would not take', () => {
    expect(of(`${'style:0.8; '.repeat(9)}`)).toEqual([])
  })
})

describe('one’s own pictures while typing an ID', () => {
  const job = (n: number, promptAsTyped: string) =>
    jobView({ promptAsTyped, pictures: [pictureView({ id: `picture0000000${n}` })], finishedAt: 1000 })
  const jobs = [job(10, 'a red fox'), job(11, 'an owl\nat night'), job(12, 'x'.repeat(500))]
  const found = (typed: string) => pictureChoices(typed, jobs, en, 61_000)

  it('are told apart by prompt and age, within what Discord can show', () => {
    expect(found('').slice(0, 2)).toEqual([
      { name: 'a red fox (1 min ago)', value: 'picture000000010' },
      { name: 'an owl at night (1 min ago)', value: 'picture000000011' },
    ])
    for (const { name } of found('')) expect(name.length).toBeLessThanOrEqual(100)
  })

  it('are found by a part of the prompt or of the ID', () => {
    expect(found('OWL').map(({ value }) => value)).toEqual(['picture000000011'])
    expect(found('0010').map(({ value }) => value)).toEqual(['picture000000010'])
    expect(found('a dragon')).toEqual([])
  })
})
