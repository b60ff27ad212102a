/** `<type:args>` in a prompt: A1111's extra networks, taken out before anything else is read. */
import type { NetworkMention } from '../prompt-rule.ts'

const mention = /<(?<type>\w+):(?<args>[^>]+)>/g

export function takeNetworks(prompt: string): { text: string; networks: NetworkMention[] } {
  const networks: NetworkMention[] = []
  // Without an end there is none; the pattern alone would look for it from every beginning.
  const end = prompt.lastIndexOf('>') + 1
  const text = prompt.slice(0, end).replace(mention, (_, type: string, args: string) => {
    networks.push({ type, args: args.split(':') })
    return ''
  })
  return { text: text + prompt.slice(end), networks }
}
