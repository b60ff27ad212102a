/** English: Discord's commands, options and forms by name, and what is answered to them. */
import { chat } from './en-chat.ts'

export const discordCommands = {
  ...chat,
  /** Names are lower case and unique; Discord shows a description beside each, of at most 100 characters. */
  commands: {
    imagine: { name: 'imagine', description: 'Paint a picture from words' },
    queue: { name: 'queue', description: 'Who is waiting, and for how long' },
    show: { name: 'show', description: 'Bring an earlier picture here, with all its buttons' },
    settings: { name: 'settings', description: 'Your own defaults' },
    usage: { name: 'usage', description: 'Your own figures, and what is left for you' },
    models: { name: 'models', description: 'Models, samplers and styles' },
    help: { name: 'help', description: 'What Easel can do, with examples' },
    forget: { name: 'forget', description: 'Have Easel forget' },
    me: { name: 'me', description: 'Delete all your prompts and pictures here' },
    stats: { name: 'stats', description: 'Everybody’s figures, for admins' },
  },
  /** Right click on a message, Apps. */
  shortcuts: { useAsSource: 'Use as source', imageInfo: 'Image info' },
  options: {
    prompt: 'prompt',
    negative: 'negative',
    aspect: 'aspect',
    size: 'size',
    count: 'count',
    model: 'model',
    style: 'style',
    source: 'source',
    strength: 'strength',
    refine: 'refine',
    seed: 'seed',
    steps: 'steps',
    guidance: 'guidance',
    sampler: 'sampler',
    preset: 'preset',
    mask: 'mask',
    fast: 'fast',
    repeat: 'repeat',
    id: 'id',
    days: 'days',
  },
  /** Descriptions of options that stand for no flag, or for more than their flag. */
  about: {
    prompt: 'what to paint; flags work here too, at the end',
    source: 'a picture to start from',
    mask: 'paint anew only where this picture is white',
    id: 'the id of a picture, from Info',
    days: 'how many days back to count, 30 unless you say otherwise',
  },
  choices: { on: 'yes', off: 'no', ensemble: 'yes, as it paints', after: 'yes, afterwards' },
  form: {
    ...chat.form,
    unchanged: 'As it is',
    refine: 'Let the Refiner finish the picture',
    yes: 'Yes',
  },
  replies: {
    ...chat.replies,
    accepted: 'Accepted.',
    unknownCommand: 'I do not know that command any more. Restart Discord to see the present ones.',
    pictureGone: 'That picture could not be fetched from Discord. Please send it again.',
  },
  /** For the operator, at start and in doctor. */
  operator: {
    known: (name: string) => `the token is that of “${name}”`,
    notInGuild: (guildId: string) => `Easel is not in the server ${guildId}`,
    invite: (link: string) => `invite it to a server: ${link}`,
    inviteForOneself: (link: string) => `install it for oneself: ${link}`,
    trial: (guildId: string) => `commands in the server ${guildId} alone (discord.guildId)`,
    everywhere: 'commands everywhere',
    unreachable: (problem: string) => `Discord could not be asked: ${problem}`,
    wrongToken: 'Discord does not know DISCORD_TOKEN; make a new one in the developer portal, under Bot',
  },
}
