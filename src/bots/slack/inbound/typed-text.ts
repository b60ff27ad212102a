/** Slack's text → what the person typed: entities undone, links bare, the mention of the bot taken off. Pure. */

/** In events and in slash commands `& < >` arrive as entities (docs.slack.dev/messaging/formatting-message-text). */
export function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/**
 * The text of a message that speaks to the bot, without its name; links as they were typed. An entity holds no `<`: a
 * search for its end that stops there takes no longer than the text is.
 */
export function textForBot(botUserId: string, text: string): string {
  const withoutName = text.replaceAll(new RegExp(`<@${botUserId}(\\|[^<>]*)?>`, 'g'), ' ')
  const typed = withoutName.replaceAll(
    /<((?:https?|mailto):[^<>|]+)(?:\|[^<>]*)?>/g,
    (_all, url: string) => url,
  )
  return unescaped(typed).trim()
}
