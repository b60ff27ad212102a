/** Prompts that try to become markup, pings or links. */

export const hostilePrompts = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '&lt;b&gt; &amp; <!-- -->',
  '@everyone @here <@123> <!channel> <#C1> <@&5>',
  '*bold* _it_ ~no~ `code` ```block``` ||spoiler|| > quote',
  '[click](https://evil.example) https://evil.example',
  'zero\u200bwidth \u202ebidi',
]

/** Without what turns the direction of text: that would reach beyond the prompt, so platforms leave it out. */
export function upright(text: string): string {
  return text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')
}
