/**
 * What Discord's markdown makes of a text: what is shown, who would be pinged, what would be a link
 * (docs.discord.com/developers/reference, Message Formatting; …/resources/message, Allowed Mentions; Discord's help page
 * “Markdown Text 101”).
 */
import type { AllowedMentions } from '../limits/messages.ts'

export interface Reading {
  /** As a person reads it: escapes resolved, code marks kept. */
  shown: string
  /** Mentions that are live, whether or not they ping: `@everyone`, `<@1>`, `<@&2>`, `<#3>`. */
  mentions: string[]
  /** Addresses that can be clicked, bare or behind a masked link. */
  links: string[]
}

/** A backtick behind a backslash begins no code. */
const fence = /(?<!\\)(?:```[\s\S]*?```|`[^`\n]+`)/g
const escaped = /\\([\p{P}\p{S}])/gu
const maskedLink = /\[[^\]\n]*\]\(\s*<?(https?:\/\/[^\s)>]+)>?[^)\n]*\)/gi
const bareLink = /<?(https?:\/\/[^\s<>)]+)>?/gi
const mention = /@everyone|@here|<@!?\d+>|<@&\d+>|<#\d+>/g

/** Stands in for an escaped character while the rest is searched: nothing live contains it. */
const inert = '\u0000'

export function read(text: string): Reading {
  const outsideCode = text.replace(fence, '').replace(escaped, inert)
  const links: string[] = []
  const unmasked = outsideCode.replace(maskedLink, (_, address: string) => {
    links.push(address)
    return ''
  })
  for (const [, address] of unmasked.matchAll(bareLink)) if (address !== undefined) links.push(address)
  return {
    shown: shownText(text),
    mentions: [...outsideCode.matchAll(mention)].map(([found]) => found),
    links,
  }
}

/** Mentions that ring somebody's bell, given what the sender allowed; without a word on it, all do. */
export function pingsOf(mentions: readonly string[], allowed: AllowedMentions | null | undefined): string[] {
  if (!allowed) return mentions.filter(found => !found.startsWith('<#'))
  const parse = new Set<string>(allowed.parse ?? [])
  return mentions.filter(found => {
    if (found.startsWith('@')) return parse.has('everyone')
    const id = found.replace(/\D/g, '')
    if (found.startsWith('<@&')) return parse.has('roles') || allowed.roles?.includes(id) === true
    if (found.startsWith('<@')) return parse.has('users') || allowed.users?.includes(id) === true
    return false
  })
}

/** Escapes hold outside code only. */
function shownText(text: string): string {
  let shown = ''
  let from = 0
  for (const code of text.matchAll(fence)) {
    shown += text.slice(from, code.index).replace(escaped, '$1') + code[0]
    from = code.index + code[0].length
  }
  return shown + text.slice(from).replace(escaped, '$1')
}
