/** English: what only Discord says. */
import { discordCommands } from './en-discord-commands.ts'

export const discord = {
  ...discordCommands,
  /** Why the adapter is off, for the operator. */
  off: {
    token: 'DISCORD_TOKEN is not set',
  },
  presence: (model: string, waiting: number) =>
    waiting === 0 ? `/imagine · ${model}` : `/imagine · ${model} · ${waiting} waiting`,
  /** Where the bot cannot do what it would like to. */
  places: {
    permissions: {
      view: 'View Channel',
      send: 'Send Messages',
      threads: 'Create Public Threads',
      sendInThreads: 'Send Messages in Threads',
      attach: 'Attach Files',
    },
  },
}
