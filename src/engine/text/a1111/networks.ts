/** A1111's extra networks, `<type:args>` in a prompt. They are removed before the prompt is parsed. */
import type { NetworkMention } from '../prompt-rule.ts'

const mention = /<(?<type>\w+):(?<args>[^>]+)>/g

export function takeNetworks(prompt: string): { text: string; networks: NetworkMention[] } {
  const networks: NetworkMention[] = []
  // Without `>` there is no match. The pattern alone would search for it from every `<`.
  const end = prompt.lastIndexOf('>') + 1
  const text = prompt.slice(0, end).replace(mention, (_, type: string, args: string) => {
    networks.push({ type, args: args.split(':') })
    return ''
  })
  return { text: text + prompt.slice(end), networks }
}
