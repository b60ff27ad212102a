/** A day with Easel on Discord, scene by scene; the engine is a fake painter, everything else is real. */
import { AppError } from '../../src/errors/errors.ts'
import { DiscordTest } from '../bots/discord/start-discord.ts'
import type { Interaction } from '../fakes/discord/interactions.ts'
import { Narrator } from '../fakes/discord/narrator.ts'
import type { OptionValue, Person } from '../fakes/discord/people.ts'
import { labelsOf } from '../fakes/discord/rules/client-rules.ts'
import type { Channel, Message } from '../fakes/discord/world.ts'

/** Plays it all and hands every scene to `tell`: what somebody did, and what became visible. */
export async function playDiscord(tell: (scene: string) => void): Promise<DiscordTest> {
  const t = await DiscordTest.start({
    easel: {
      config: { notify: true, styles: [{ name: 'ink', prompt: 'ink drawing of {prompt}', negative: '' }] },
    },
  })
  const { ada, bob, eve, channel, guild, discord } = t.scene
  const { workers } = t.test
  const narrator = new Narrator(discord.world, discord.interactions)
  const show = (what: string) => tell([`── ${what}`, ...narrator.news()].join('\n\n'))
  const scene = async (what: string, act: () => Promise<unknown>) => {
    await act()
    show(what)
  }
  const types = (
    person: Person,
    command: string,
    options: Record<string, OptionValue> = {},
    where = channel,
  ) => {
    const typed = Object.entries(options).map(([name, value]) => `${name}: ${String(value)}`)
    const what = `${person.user.displayName} types: ${[command, ...typed].join('  ')}`
    return scene(what, async () => t.answered(await person.types(where, command, options)))
  }
  const presses = (person: Person, message: Message, label: string) =>
    scene(`${person.user.displayName} presses ${label}`, () => t.answered(person.presses(message, label)))
  const everywhere = () =>
    [...discord.world.messages.values()].filter(each => !each.deleted && each.ephemeralTo === undefined)
  const lastWith = (label: string): Message => {
    const found = everywhere().findLast(message => labelsOf(message).includes(label))
    if (found === undefined) throw new Error(`no message with ${label}`)
    return found
  }
  const question = (person: Person, where: Channel): Message => {
    const found = discord.world
      .messagesIn(where, person.user)
      .findLast(each => each.ephemeralTo === person.user)
    if (found === undefined) throw new Error('no question')
    return found
  }
  const answered = (interaction: Interaction) =>
    discord.until('a first answer', () => interaction.answer !== undefined)

  workers.mode = 'by-hand'
  await scene('Ada types: /imagine  prompt: a lighthouse at dusk --ar 3:2  seed: 7', async () => {
    await answered(await ada.types(channel, '/imagine', { prompt: 'a lighthouse at dusk --ar 3:2', seed: 7 }))
    await t.passing(() => workers.underway.length === 1 && t.messages(t.thread()).length === 1, 1)
  })
  await scene('Bob types: /imagine  prompt: a fox in the snow  count: 4', async () => {
    await answered(await bob.types(channel, '/imagine', { prompt: 'a fox in the snow', count: 4, seed: 11 }))
    await t.passing(() => t.messages().length === 2 && t.messages(t.thread()).length === 1, 1)
  })
  await scene('Bob types: /queue', async () => {
    await answered(await bob.types(channel, '/queue'))
    await t.adapter.idle()
  })
  await scene('Eight steps are painted', async () => {
    workers.current.step(8)
    await t.passing(() => everywhere().some(message => t.text(message).includes('step 8')))
  })
  workers.mode = 'at-once'
  await scene('Both pictures are ready', async () => {
    workers.current.finish()
    await t.calm()
    await t.passing(() => !t.messages().some(card => t.text(card).includes('queue')))
  })
  await presses(bob, lastWith('Refine 2'), 'Refine 2')
  await presses(ada, lastWith('Vary (subtle)'), 'Vary (subtle)')
  await presses(ada, lastWith('Upscale ×2'), 'Upscale ×2')
  let opened = discord.interactions.all[0]
  await scene('Bob presses Remix under it', async () => {
    opened = bob.presses(lastWith('Remix'), 'Remix')
    await answered(opened)
  })
  await scene('Bob changes the prompt and sends the form', async () => {
    if (opened !== undefined) await t.answered(await bob.submits(opened, { Prompt: 'an owl in the snow' }))
  })
  await presses(ada, lastWith('Info'), 'Info')
  await presses(ada, lastWith('Delete'), 'Delete')
  await presses(bob, lastWith('Delete'), 'Delete')
  await presses(bob, question(bob, t.thread(t.messages()[1])), 'Delete')
  await presses(ada, lastWith('More 3'), 'More 3')
  await types(ada, '/imagine', { prompt: 'a cat --sed 3' })
  await types(ada, '/imagine', { prompt: 'a {red,green} boat', style: 'ink' })
  await presses(ada, question(ada, channel), 'Paint all 2')
  await types(ada, '/help')
  await presses(ada, question(ada, channel), 'Picture')
  await types(ada, '/models')
  await presses(ada, question(ada, channel), 'Samplers')
  await types(ada, '/mine')
  await types(ada, '/notify', { state: 'off' })
  await types(ada, '/usage')
  await types(bob, '/stats')
  await types(eve, '/stats', { days: 7 })
  await scene('Ada types: /settings', async () => {
    opened = await ada.types(channel, '/settings')
    await answered(opened)
  })

  const direct = discord.world.directChannel(bob.user)
  await types(bob, '/imagine', { prompt: 'a secret harbour' }, direct)
  const narrow = discord.channel('narrow', guild)
  discord.world.deny(narrow, 'CreatePublicThreads')
  await types(ada, '/imagine', { prompt: 'a bridge' }, narrow)
  const quiet = discord.channel('quiet', guild)
  discord.world.deny(quiet, 'SendMessages')
  await types(ada, '/imagine', { prompt: 'a whisper' }, quiet)
  const bare = discord.channel('bare', guild)
  discord.world.deny(bare, 'AttachFiles')
  await types(ada, '/imagine', { prompt: 'a wall' }, bare)
  const abroad = discord.channel('lounge', discord.guild('Elsewhere', { botIsMember: false }))
  workers.mode = 'by-hand'
  await scene(
    'Ada brought Easel along to a server it is no member of: /imagine  prompt: a suitcase',
    async () => {
      await answered(await ada.types(abroad, '/imagine', { prompt: 'a suitcase' }))
      await t.passing(() => workers.underway.length === 1 && t.messages(abroad).length === 1, 1)
      await t.passing(() => !t.text(t.last(abroad)).includes('thinking'), 1)
    },
  )
  await scene('Half an hour later it is painted', async () => {
    t.clock.setWall(t.clock.now() + 30 * 60_000)
    workers.current.finish()
    await t.calm()
  })
  await scene('The model is exchanged under Ada’s next wish', async () => {
    await answered(await ada.types(channel, '/imagine', { prompt: 'a mountain' }))
    await t.passing(() => workers.underway.length === 1, 1)
    workers.mode = 'at-once'
    for (const run of workers.underway) run.fail(new AppError('model-changed', { name: 'demo' }))
    await t.calm()
  })
  await types(ada, '/imagine', {
    prompt: '@everyone **look** https://evil.example [here](https://evil.example) ||x||',
  })
  await types(bob, '/forget me')
  await presses(bob, question(bob, channel), 'Delete everything of mine')
  const mei = discord.person('梅', { locale: 'zh-CN' })
  await types(mei, '/imagine', { prompt: '雪中的狐狸' })
  return t
}
