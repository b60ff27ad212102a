/** Converts Slack's text to what the person typed: decodes entities and links, removes the bot's mention. Pure. */

/** In events and in slash commands `& < >` arrive as entities (docs.slack.dev/messaging/formatting-message-text). */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/**
 * The text of a message to the bot, without the bot's name, with links as typed. An entity contains no `<`, so the search
 * for its end stops there and takes linear time.
 */
export function textForBot(botUserId: string, text: string): string {
  const withoutName = text.replaceAll(new RegExp(`<@${botUserId}(\\|[^<>]*)?>`, 'g'), ' ')
  const typed = withoutName.replaceAll(
    /<((?:https?|mailto):[^<>|]+)(?:\|[^<>]*)?>/g,
    (_all, url: string) => url,
  )
  return unescaped(typed).trim()
}
