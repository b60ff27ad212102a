/** English: what only Discord says. */
import { discordCommands } from './en-discord-commands.ts'

export const discord = {
  ...discordCommands,
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
    removedThread: 'A deleted picture',
  },
}
