/** Options and flags say the same things: whichever way a person asks, it becomes the same request. */
import { describe, expect, it } from 'vitest'
import { readImagineOptions, typedOptions } from '../../../../src/bots/discord/commands/imagine-options.ts'

function read(prompt: string, options: Record<string, string | number | boolean> = {}) {
  return readImagineOptions(prompt, name => options[name])
}

describe('options of /imagine', () => {
  it('become a request, each in its place', () => {
    const options = {
      negative: 'people',
      aspect: '3:2',
      count: 2,
      steps: 30,
      guidance: 6.5,
      seed: 7,
      sampler: 'heun',
      model: 'demo',
      style: 'ink',
      refine: 'ensemble',
      strength: 0.4,
      repeat: 3,
      fast: true,
      preset: 'turbo',
      control: 'canny:0.8:0-0.6',
      image_prompt: '0.5',
    }
    expect(read('a cat', options)).toEqual({
      prompt: 'a cat',
      negative: 'people',
      aspect: { width: 3, height: 2 },
      count: 2,
      steps: 30,
      guidance: 6.5,
      seed: 7,
      sampler: 'heun',
      model: 'demo',
      style: 'ink',
      refine: 'ensemble',
      strength: 0.4,
      repeat: 3,
      fast: true,
      preset: 'turbo',
      controls: [{ name: 'canny', scale: 0.8, range: [0, 0.6] }],
      imagePrompts: [{ scale: 0.5 }],
    })
    expect(read('a cat', { size: '512x768', refine: 'off', fast: false })).toEqual({
      prompt: 'a cat',
      size: { widthPx: 512, heightPx: 768 },
      refine: false,
      fast: false,
    })
  })

  it('go before the flags in the prompt, which count where no option is given', () => {
    const outcome = read('a cat --n 2 --steps 9 --clip-skip 1', { count: 3 })
    expect(outcome).toMatchObject({ prompt: 'a cat', count: 3, steps: 9, clipSkip: 1 })
  })

  it('name each flag that they override with another value, and no other', () => {
    const prompt = 'a cat --n 2 --steps 9 --fast --no dogs --lora a --source a1'
    const options = { count: 3, steps: 9, fast: false, negative: 'people', lora: 'b', seed: 4 }
    expect(read(prompt, options).overridden).toEqual([
      { flag: '--no', dropped: 'dogs', used: 'people' },
      { flag: '--n', dropped: '2', used: '3' },
      { flag: '--fast', dropped: 'on', used: 'off' },
    ])
    expect(read('a cat --n 2', { steps: 9 })).not.toHaveProperty('overridden')
  })

  it('are given back so that the text can be sent as it is', () => {
    const prompt = 'a cat --n 2 --lora a --no "dogs --n 4" --steps 9'
    const options: Record<string, string | number> = { count: 3, negative: 'people', lora: 'b' }
    const typed = typedOptions(prompt, name => options[name])
    expect(typed).toBe('a cat --lora a --steps 9 --no people --n 3 --lora b')
    expect(read(typed)).toEqual({ ...read(prompt, options), overridden: undefined })
  })

  it('are given back beside a value that cannot be read, in which the prompt may go on', () => {
    const typed = typedOptions('a cat --ar 16:9 in a garden at night', name => ({ aspect: '3:2' })[name])
    expect(typed).toBe('a cat --ar 16:9 in a garden at night --ar 3:2')
  })

  it('are refused by name where they cannot be read, all at once', () => {
    const outcome = read('a cat', { aspect: 'wide', size: 'big', seed: -2 })
    expect(outcome).toMatchObject({
      problems: [
        { code: 'flag-value', details: { flag: '--ar', value: 'wide' } },
        { code: 'flag-value', details: { flag: '--size', value: 'big' } },
        { code: 'out-of-range', details: { name: 'seed', value: -2 } },
      ],
    })
  })

  it('read a pasted command as its prompt and flags', () => {
    expect(read('/imagine a cat --seed 7')).toMatchObject({ prompt: 'a cat', seed: 7 })
  })
})
