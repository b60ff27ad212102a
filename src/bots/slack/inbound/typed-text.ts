/** Converts Slack's text to what the person typed: decodes entities and links, removes the bot's mention. Pure. */
import { sanitizeName } from '../../chat/mentioned-names.ts'

/** In events and in slash commands `& < >` arrive as entities (docs.slack.dev/messaging/formatting-message-text). */
export function unescapeMrkdwn(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/**
 * The text of a message to the bot as its author saw it: without the bot's name, with links as typed, channels and groups by
 * their names, times by their fallbacks. An entity contains no `<`, so the search for its end stops there and takes linear time.
 */
export function textForBot(botUserId: string, text: string): string {
  const withoutName = text.replaceAll(new RegExp(`<@${botUserId}(\\|[^<>]*)?>`, 'g'), ' ')
  const typed = withoutName
    // Slack turns text that looks like an address into a link, whose label is the typed text.
    .replaceAll(/<(?:https?|mailto):[^<>|]+\|([^<>]+)>/g, '$1')
    .replaceAll(/<((?:https?|mailto):[^<>|]+)>/g, '$1')
    .replaceAll(/<#C[A-Z0-9]+\|([^<>]+)>/g, (_all, name: string) => `#${sanitizeName(name)}`)
    .replaceAll(/<!subteam\^[A-Z0-9]+\|@?([^<>]+)>/g, (_all, name: string) => `@${sanitizeName(name)}`)
    .replaceAll(/<!date\^[^<>|]*\|([^<>]+)>/g, '$1')
    .replaceAll(/<!(here|channel|everyone)(?:\|[^<>]*)?>/g, '@$1')
  return unescapeMrkdwn(typed).trim()
}
