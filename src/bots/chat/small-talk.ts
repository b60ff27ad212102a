/** Recognises messages that are not prompts: greetings, requests for help or to cancel, commands without a slash. Pure. */
import { languages } from '../../words/locale.ts'
import { findCommand, smallCommandNames, typedNameOf } from '../commands/commands.ts'

const smallTalk = Object.values(languages).map(words => words.chat.smallTalk)
/** The words are in every language. They must stand alone; case and punctuation do not matter. */
const greetings: ReadonlySet<string> = new Set(smallTalk.flatMap(one => one.greetings))
const helpRequests: ReadonlySet<string> = new Set(smallTalk.flatMap(one => one.helpRequests))
const cancelRequests: ReadonlySet<string> = new Set(smallTalk.flatMap(one => one.cancelRequests))

export function isGreeting(text: string): boolean {
  return greetings.has(bare(text))
}

/** The command as typed after the slash; undefined for a prompt. `queue` with more words after it is a prompt. */
export function commandIn(text: string): string | undefined {
  const trimmed = text.trim()
  if (helpRequests.has(bare(text)) || /^(?:[?？]+|\/(?:easel)?)$/i.test(trimmed)) return 'help'
  // The list has Cancel for the person's own jobs.
  if (cancelRequests.has(bare(text))) return typedNameOf('queue')
  const typed = trimmed.replace(/^(?:\/?easel\s+|\/)/i, '')
  const found = findCommand(typed, smallCommandNames)
  if (found.kind === 'unknown') return undefined
  const isWhole = found.rest === '' || (found.name === 'show' && /^[0-9a-z]{16}$/i.test(found.rest))
  return isWhole ? typed : undefined
}

function bare(text: string): string {
  return text
    .toLowerCase()
    .replace(/[\p{P}\p{S}]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
