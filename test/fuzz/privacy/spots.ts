/** People where they are on each platform: what they paint there, and every way in which they ask for what they should not see. */
import { en } from '../../../src/words/en.ts'
import type { Interaction } from '../../fakes/discord/interactions.ts'
import type { Person as DiscordPerson } from '../../fakes/discord/people.ts'
import type { Channel as DiscordChannel, Message } from '../../fakes/discord/world.ts'
import type { Person as SlackPerson } from '../../fakes/slack/person.ts'
import { readPost } from '../../fakes/slack/reading.ts'
import type { Channel as SlackChannel } from '../../fakes/slack/world.ts'
import type { Stage } from './stage.ts'

/** Where secrets are made, as the fakes' traffic names it. */
export interface Home {
  platform: 'discord' | 'slack' | 'web'
  spaceId: string | undefined
  conversationId: string
  /** Everybody in the space may read it. */
  isPublic: boolean
}

/** What somebody has heard of and asks for, wherever they are. */
export interface Target {
  jobId: string
  pictureId: string
  bytes: Uint8Array
  fileName: string
}

export interface Spot {
  name: string
  home: Home
  /** By which the traffic calls the person. */
  personId: string
  personName: string
  paints(prompt: string): Promise<void>
  /** Each asks for the target in its own way, or lists whatever there is. */
  asks: Record<string, (target: Target) => Promise<unknown>>
  /** Has everything of theirs deleted. → the answer */
  forgets(): Promise<string>
}

const buttons = (target: Target) => [
  ...['info', 'more', 'refine', 'vary-subtle', 'vary-strong', 'upscale', 'remix'].map(
    action => `${action}:${target.pictureId}`,
  ),
  ...['re-roll', 'cancel', 'delete', 'confirm-delete'].map(action => `${action}:${target.jobId}`),
]

export function discordSpot(
  stage: Stage,
  name: string,
  person: DiscordPerson,
  channel: DiscordChannel,
  isPublic: boolean,
): Spot {
  const { discord } = stage
  const answered = async (asked: Interaction | Promise<Interaction>) => {
    const interaction = await asked
    await discord.until('a first answer', () => interaction.answer !== undefined)
  }
  /** Something to press on, which every conversation with Easel has. */
  const anyMessage = (): Message => {
    const own = discord.world.messagesIn(channel).filter(message => message.author.bot)
    return own.at(-1) ?? discord.world.addMessage({ channel, author: discord.world.bot })
  }
  const types = (command: string, options = {}) => answered(person.types(channel, command, options))
  const posts = (file: { filename: string; bytes: Uint8Array }) =>
    person.says(channel, 'look', [{ contentType: 'image/png', ...file }])
  return {
    name,
    home: {
      platform: 'discord',
      spaceId: channel.guild?.id,
      conversationId: channel.id,
      isPublic,
    },
    personId: person.user.id,
    personName: person.user.displayName,
    paints: prompt => types('/imagine', { prompt }),
    asks: {
      queue: () => types('/queue'),
      mine: () => types('/mine'),
      usage: () => types('/usage'),
      // Offered where the app was installed for a guild.
      ...(channel.guild?.botIsMember ? { stats: () => types('/stats') } : {}),
      'show by picture': ({ pictureId }) => types('/show', { id: pictureId }),
      'show by job': ({ jobId }) => types('/show', { id: jobId }),
      source: ({ pictureId }) => types('/imagine', { prompt: `x --source ${pictureId}` }),
      info: ({ pictureId }) => answered(person.pressesForged(anyMessage(), `info:${pictureId}`)),
      more: ({ pictureId }) => answered(person.pressesForged(anyMessage(), `more:${pictureId}`)),
      buttons: async target => {
        for (const id of buttons(target)) await answered(person.pressesForged(anyMessage(), id))
      },
      'info by content': async ({ bytes }) =>
        answered(person.uses('Image info', await posts({ filename: 'x.png', bytes }))),
      'info by name': async ({ fileName }) =>
        answered(person.uses('Image info', await posts({ filename: fileName, bytes: tiny }))),
      'source by name': async ({ fileName }) =>
        answered(person.uses('Use as source', await posts({ filename: fileName, bytes: tiny }))),
    },
    forgets: async () => {
      await types('/forget me')
      await stage.answered()
      await answered(person.presses(lastTold(discord, person), en.forget.yes))
      await stage.calm()
      return discord.seen(lastTold(discord, person))
    },
  }
}

function lastTold({ world }: Stage['discord'], { user }: DiscordPerson): Message {
  const message = [...world.messages.values()].findLast(each => each.ephemeralTo === user && !each.deleted)
  if (message === undefined) throw new Error(`nothing was said to ${user.displayName}`)
  return message
}

/** A file that is no picture of ours. */
const tiny = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

export function slackSpot(
  stage: Stage,
  name: string,
  person: SlackPerson,
  channel: SlackChannel,
  isPublic: boolean,
): Spot {
  const { slack } = stage
  const place = { channelId: channel.id }
  const easel = (text: string) => person.types('/easel', text, place)
  const imagine = (text: string) => person.types('/imagine', text, place)
  const anyPost = () => slack.posts(channel.id).at(-1) ?? person.writes('hello', place)
  const presses = (id: string) => person.pressesRaw(anyPost(), { action_id: id, value: id })
  const shortcut = (callbackId: string, file: { name: string; bytes: Uint8Array }) =>
    person.usesShortcut(callbackId, person.writes('look', place, [file]))
  return {
    name,
    home: { platform: 'slack', spaceId: person.member.teamId, conversationId: channel.id, isPublic },
    personId: person.id,
    personName: person.member.name,
    paints: async prompt => void (await imagine(prompt)),
    asks: {
      queue: () => easel('queue'),
      mine: () => easel('mine'),
      usage: () => easel('usage'),
      stats: () => easel('stats'),
      home: () => person.opensHome(),
      'show by picture': ({ pictureId }) => easel(`show ${pictureId}`),
      'show by job': ({ jobId }) => easel(`show ${jobId}`),
      source: ({ pictureId }) => imagine(`x --source ${pictureId}`),
      info: ({ pictureId }) => presses(`info:${pictureId}`),
      more: ({ pictureId }) => presses(`more:${pictureId}`),
      buttons: async target => {
        for (const id of buttons(target)) await presses(id)
      },
      'info by content': ({ bytes }) => shortcut('image_info', { name: 'x.png', bytes }),
      'info by name': ({ fileName }) => shortcut('image_info', { name: fileName, bytes: tiny }),
      'source by name': ({ fileName }) => shortcut('use_as_source', { name: fileName, bytes: tiny }),
    },
    forgets: async () => {
      await easel('forget me')
      await stage.answered()
      const question = slack.ephemeralMessages(person).at(-1)
      if (question === undefined) throw new Error('nothing was asked')
      await person.presses(question, en.forget.yes)
      await stage.calm()
      const answer = slack.ephemeralMessages(person).at(-1) ?? question
      return readPost(slack.world, answer).lines.join('\n')
    },
  }
}

/** A browser; `read` gets every byte that it is sent. */
export function webSpot(stage: Stage, name: string, read: (bytes: Buffer) => void): Spot {
  let cookie = ''
  const get = async (path: string, init: RequestInit = {}) => {
    const headers = { cookie, origin: stage.webUrl.replace(/\/$/, ''), accept: 'application/json' }
    const response = await fetch(new URL(path, stage.webUrl), { ...init, headers, redirect: 'manual' })
    cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie
    read(Buffer.from(await response.arrayBuffer()))
    read(Buffer.from(JSON.stringify([...response.headers])))
  }
  const post = (path: string, fields: Record<string, string>) =>
    get(path, { method: 'POST', body: new URLSearchParams(fields) })
  return {
    name,
    home: { platform: 'web', spaceId: 'web', conversationId: 'chat', isPublic: true },
    personId: name,
    personName: '',
    paints: prompt => post('/say', { text: prompt }),
    asks: {
      queue: () => get('/queue'),
      mine: () => post('/say', { text: '/mine' }),
      usage: () => get('/usage'),
      stats: () => get('/stats'),
      page: () => get('/'),
      feed: () => get('/feed'),
      'show by picture': ({ pictureId }) => post('/say', { text: `/show ${pictureId}` }),
      'show by job': ({ jobId }) => post('/say', { text: `/show ${jobId}` }),
      source: ({ pictureId }) => post('/say', { text: `x --source ${pictureId}` }),
      picture: ({ pictureId }) => get(`/pictures/${pictureId}`),
      thumbnail: ({ pictureId }) => get(`/pictures/${pictureId}/thumbnail?side=512`),
      buttons: async target => {
        for (const button of buttons(target)) await post('/act', { button })
      },
    },
    forgets: async () => {
      await post('/act', { button: 'forget:all' })
      return ''
    },
  }
}
