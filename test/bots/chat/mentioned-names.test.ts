/** A prompt that mentions somebody holds their name, and nothing that a name could do. */
import { expect, it } from 'vitest'
import { withNames } from '../../../src/bots/chat/mentioned-names.ts'

const mention = /<@(\w+)(?:\|([^>]+))?>/g
const named = (text: string, names: Record<string, string>) => withNames(text, mention, async id => names[id])

it('says who is meant, in the place of the id', async () => {
  expect(await named('<@U1> and <@U2> as cats, <@U1>', { U1: 'Ada', U2: 'Bob Q' })).toBe(
    '@Ada and @Bob Q as cats, @Ada',
  )
  expect(await named('<@U3|carol>', {})).toBe('@carol')
})

it('keeps the id of an unknown person', async () => {
  expect(await named('a portrait of <@U9>', {})).toBe('a portrait of <@U9>')
})

it('lets no name weigh, expand or begin a flag', async () => {
  expect(await named('<@U1>', { U1: 'Eve {a,b} (x:2) --n 4 <lora:y>' })).toBe('@Eve a,b x 2 n 4 lora y')
})

it('asks for a few names only', async () => {
  let asked = 0
  const text = Array.from({ length: 50 }, (_, i) => `<@U${i}>`).join(' ')
  await withNames(text, mention, async () => {
    asked += 1
    return 'x'
  })
  expect(asked).toBe(10)
})
