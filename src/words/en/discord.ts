/** English: what only Discord says. */
export const discord = {
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
    control: 'control',
    imagePrompt: 'image_prompt',
    controlPicture: 'control_picture',
    promptPicture: 'prompt_picture',
    fast: 'fast',
    repeat: 'repeat',
  },
  /** Descriptions of options that stand for no flag, or for more than their flag. */
  about: {
    prompt: 'what to paint; flags work here too, at the end',
    source: 'a picture to start from',
    mask: 'paint anew only where this picture is white',
    controlPicture: 'what the ControlNet follows; without it, the source',
    promptPicture: 'a picture as a prompt, by an IP-Adapter',
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
  presence: (model: string, waiting: number) =>
    waiting === 0 ? `/imagine · ${model}` : `/imagine · ${model} · ${waiting} waiting`,
  /** Where the bot cannot do what it would like to, with the permission that would help. */
  places: {
    threads: 'With the permission “Create Public Threads” I would answer in a thread.',
    sendInThreads: 'With the permission “Send Messages in Threads” I would answer in a thread.',
    tooManyThreads: 'This server has no room for another thread, so I answer here.',
    view: 'I can answer here for 15 minutes only; the permission “View Channel” would mend that.',
    send: 'I can answer here for 15 minutes only; the permission “Send Messages” would mend that.',
    attach: 'I cannot show pictures here without the permission “Attach Files”.',
    answersOnly: 'I am not a member here: what takes longer than 15 minutes comes as a direct message.',
    later: 'This takes longer than I can write here: the result comes as a direct message.',
    elsewhere: 'I can no longer write where you asked, so here it is.',
    smaller: 'Shown with less detail: the whole file is larger than Discord takes here.',
    tooLarge: 'The file is larger than Discord takes here, however it is packed.',
    pictureGone: 'The picture’s file is not there any more.',
    closedThread:
      'This thread is closed to me, so I can answer here for 15 minutes only; what takes longer comes as a direct message.',
    attachElsewhere:
      'Where you asked I cannot show pictures: the permission “Attach Files” is missing there. So here it is.',
    refusedElsewhere: 'Discord did not take it where you asked, so here it is.',
    sentDirect: 'The result went out as a direct message to whoever asked.',
    undelivered: 'The result could not be shown here; whoever asked gets it with /show.',
    wordless: 'Without its words: Discord did not take them here.',
    removedThread: 'A deleted picture',
  },
}
