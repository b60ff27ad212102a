/** English: the commands, one entry each, and what they say wherever they are typed. */

/**
 * Names are what is typed, in lower case; Discord's clients show the name of their own language. `about` has at most
 * 100 characters: Discord shows it beside the name, and so does /help.
 */
export const commands = {
  imagine: { name: 'imagine', title: 'Paint', about: 'Paint a picture from words' },
  queue: { name: 'queue', title: 'Queue', about: 'Who is waiting, and for how long' },
  show: { name: 'show', title: 'Show', about: 'Bring an earlier picture here, with all its buttons' },
  models: { name: 'models', title: 'Models', about: 'Models, samplers, schedules and styles' },
  usage: { name: 'usage', title: 'Usage', about: 'Your own figures, and what is left for you' },
  settings: { name: 'settings', title: 'Defaults', about: 'Your own defaults' },
  stats: { name: 'stats', title: 'Stats', about: 'Everybody’s figures, for admins' },
  help: { name: 'help', title: 'Help', about: 'Examples, commands and flags' },
  forget: { name: 'forget me', title: 'Forget me', about: 'Delete all your prompts and pictures here' },
}

export const commandOptions = {
  id: { name: 'id', about: 'the id of a picture, from Info' },
  days: { name: 'days', about: 'how many days back to count' },
}

export const optionWithDefault = (about: string, usual: string) =>
  `${about}, ${usual} unless you say otherwise`

export const unknownCommand = (typed: string, nearest: string | undefined, help: string) =>
  `There is no command “${typed}”. ${nearest === undefined ? `${help} lists what there is.` : `Did you mean “${nearest}”?`}`

/** Before and after everything of a person is deleted. */
export const forget = {
  title: 'This deletes all your prompts and pictures here, for good.',
  yes: 'Delete everything of mine',
  done: (n: number) => `Everything of yours is deleted: ${n === 1 ? '1 request' : `${n} requests`}.`,
}
