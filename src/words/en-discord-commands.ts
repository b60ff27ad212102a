/** English: Discord's commands, options and forms by name, and what is answered to them. */

export const discordCommands = {
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
  },
  /** Descriptions of options that stand for no flag, or for more than their flag. */
  about: {
    prompt: 'what to paint; flags work here too, at the end',
    source: 'a picture to start from',
    mask: 'paint anew only where this picture is white',
  },
  choices: { on: 'yes', off: 'no', ensemble: 'yes, as it paints', after: 'yes, afterwards' },
  replies: {
    accepted: 'Accepted.',
    unknownCommand: 'I do not know that command any more. Restart Discord to see the present ones.',
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
