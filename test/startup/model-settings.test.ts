import { expect, test } from 'vitest'
import { checkModelSettings } from '../../src/startup/model-settings.ts'

test('what the configuration says of models may name every preset, or none, and every sampler', () => {
  const models = { a: { preset: 'turbo' }, b: { preset: 'none' }, c: { sampler: 'DPM++ 2M Karras' }, d: {} }
  expect(() => checkModelSettings({ models })).not.toThrow()
})

test('every preset and sampler that does not exist is named at once', () => {
  const models = { mine: { preset: 'turbbo', sampler: 'eulr' }, yours: { sampler: 'hein' } }
  expect(() => checkModelSettings({ models })).toThrow(
    /models\.mine\.preset.*models\.mine\.sampler.*models\.yours\.sampler/,
  )
})

test('a preset or a sampler that does not exist is named, with its model and what there is', () => {
  expect(() => checkModelSettings({ models: { mine: { preset: 'turbbo' } } })).toThrow(
    /models\.mine\.preset.*preset-unknown.*turbbo.*turbo/,
  )
  expect(() => checkModelSettings({ models: { mine: { sampler: 'eulr' } } })).toThrow(
    /models\.mine\.sampler.*sampler-unknown.*eulr.*euler/,
  )
})
