/** What a person sees of text in Slack's markup, and what that text does: pings, links. */

export interface Visible {
  seen: string
  /** `@U1`, `!channel`, `!subteam^S1`, `@here` by name … whatever would notify somebody. */
  pings: string[]
  links: string[]
}

const markup = /<([^<>]+)>/g
// A bare address is turned into a link unless the text is verbatim (docs.slack.dev: formatting message text).
const bareLink = /\bhttps?:\/\/[^\s<>|]+|\bmailto:[^\s<>|]+/g

/** Reads mrkdwn as Slack does: `<…>` is a mention or a link, `&amp; &lt; &gt;` are characters. */
export function readMrkdwn(text: string, options: { autoLinks: boolean }): Visible {
  const pings: string[] = []
  const links: string[] = []
  const withoutMarkup = text.replace(markup, (_whole, inside: string) => {
    const [target = '', label] = inside.split('|')
    if (target.startsWith('@')) {
      pings.push(target)
      return label === undefined ? target : `@${label}`
    }
    if (target.startsWith('!')) {
      pings.push(target)
      return `@${label ?? target.slice(1)}`
    }
    if (target.startsWith('#')) return `#${label ?? target.slice(1)}`
    links.push(target)
    return label ?? target
  })
  if (options.autoLinks) for (const match of withoutMarkup.matchAll(bareLink)) links.push(match[0])
  const seen = withoutMarkup.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
  return { seen, pings, links }
}

/** What a client makes of typed characters before it sends them. */
export function typedText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
