/** English: the commands, one entry each, with their replies on every platform. */
import { duration } from './messages.ts'

/**
 * Names are what is typed, in lower case; Discord's clients show the name of their own language. `about` has at most
 * 100 characters: Discord shows it beside the name, and so does /help.
 */
export const commands = {
  imagine: { name: 'imagine', title: 'Paint', about: 'Paint a picture from words' },
  queue: { name: 'queue', title: 'Queue', about: 'What is being painted, and what waits' },
  mine: { name: 'mine', title: 'My pictures', about: 'Your own latest pictures, with their IDs' },
  show: { name: 'show', title: 'Show', about: 'Show an earlier picture here, with all its buttons' },
  models: {
    name: 'models',
    title: 'Models',
    about: 'Models, and the names of samplers, schedules and styles',
  },
  usage: { name: 'usage', title: 'Usage', about: 'Your usage, and what is left of your quota' },
  settings: { name: 'settings', title: 'Defaults', about: 'Your own defaults' },
  notify: { name: 'notify', title: 'Notify', about: 'Whether you are told when your pictures are done' },
  stats: { name: 'stats', title: 'Stats', about: 'Usage of everyone here, for admins' },
  help: { name: 'help', title: 'Help', about: 'Examples, commands and flags' },
  forget: { name: 'forget me', title: 'Forget me', about: 'Delete all your prompts and pictures' },
}

export const commandOptions = {
  id: { name: 'id', about: 'one of your pictures, or any picture’s ID, from Info' },
  state: { name: 'state', about: 'on or off' },
  days: { name: 'days', about: 'how many days back to count' },
}

export const optionWithDefault = (about: string, usual: string) =>
  `${about}, ${usual} unless you say otherwise`

export const unknownCommand = (typed: string, nearest: string | undefined, help: string) =>
  `There is no command “${typed}”. ${nearest === undefined ? `${help} lists all commands.` : `Did you mean “${nearest}”?`}`

export const mine = {
  title: 'Your latest pictures',
  none: 'You have no finished pictures yet.',
  id: (id: string) => `ID ${id}`,
  how: (prefix: string) => `${prefix}show and --source take an ID.`,
  /** The completion of a picture's id. */
  choice: (title: string, agoMs: number) => `${title} (${duration(agoMs)} ago)`,
}

export const notify = {
  on: (prefix: string) => `You will be told when your pictures are done. ${prefix}notify off turns that off.`,
  off: (prefix: string) =>
    `You will no longer be told when your pictures are done. ${prefix}notify on turns that on again.`,
}

/** Shown before and after all data of a person are deleted. */
export const forget = {
  title: 'This deletes all your prompts and pictures, for good, wherever you used Easel on this platform.',
  yes: 'Delete everything of mine',
  done: (n: number) => `Everything of yours is deleted: ${n === 1 ? '1 request' : `${n} requests`}.`,
}
