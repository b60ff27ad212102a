import { describe, expect, it } from 'vitest'
import { readMrkdwn } from './visible-text.ts'

const read = (text: string) => readMrkdwn(text, { autoLinks: true })

describe('mrkdwn of the fake Slack', () => {
  it('sees pings and links in markup', () => {
    expect(read('<!channel> hi <@U1> see <https://e.org|this>')).toEqual({
      seen: '@channel hi @U1 see this',
      pings: ['!channel', '@U1'],
      links: ['https://e.org'],
    })
  })

  it('sees nothing in escaped text', () => {
    expect(read('&lt;!channel&gt; &amp;amp;')).toEqual({ seen: '<!channel> &amp;', pings: [], links: [] })
  })

  it('links bare addresses unless the text is verbatim', () => {
    expect(read('go to https://e.org/x now').links).toEqual(['https://e.org/x'])
    expect(readMrkdwn('go to https://e.org/x now', { autoLinks: false }).links).toEqual([])
  })
})
