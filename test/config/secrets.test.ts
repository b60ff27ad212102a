import { describe, expect, it } from 'vitest'
import { readSecrets } from '../../src/config/secrets.ts'

describe('secrets', () => {
  it('come from the environment; an empty variable is no secret', () => {
    expect(readSecrets({ DISCORD_TOKEN: 'a', SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: ' ' })).toEqual({
      discordToken: 'a',
    })
  })

  it.each([
    ' xoxb-1 ',
    'xoxb-1\n',
    '"xoxb-1"',
    "'xoxb-1'",
    ' "xoxb-1"\r\n',
    '" xoxb-1 "',
    '“xoxb-1”',
    '‘xoxb-1’',
    '\u200bxoxb-1\u200b',
    '\ufeff"xoxb-1\u2060"',
  ])('lose what copying brought along: %j', text => {
    expect(readSecrets({ SLACK_BOT_TOKEN: text })).toEqual({ slackBotToken: 'xoxb-1' })
  })

  it.each(['xoxb 1', 'xoxb-1\nxapp-2', 'a\tb'])('are named where they cannot be one: %j', text => {
    expect(() => readSecrets({ SLACK_SIGNING_SECRET: text })).toThrow('SLACK_SIGNING_SECRET')
    expect(() => readSecrets({ SLACK_SIGNING_SECRET: text })).not.toThrow(text)
  })

  it.each([
    ['xoxb\u200b-1', 'U+200B'],
    ['xoxb‑1', 'U+2011'],
    ['…', 'U+2026'],
    ['хoxb-1', 'U+0445'],
    ['\u001b[200~xoxb-1', 'U+001B'],
  ])('are named with a character that none has, and that no header takes: %j', (text, character) => {
    const problem = { what: 'foreign-character', character }
    expect(faultOf({ SLACK_BOT_TOKEN: text, DISCORD_TOKEN: text })).toMatchObject({
      code: 'config',
      details: { key: 'DISCORD_TOKEN', problem, others: [{ key: 'SLACK_BOT_TOKEN', problem }] },
    })
  })

  it.each(['EASEL_REDIS_PASSWORD', 'SLACK_STATE_SECRET', 'EASEL_STORE_SECRET'])(
    'but for %s, which a person may choose in any language',
    variable => {
      expect(Object.values(readSecrets({ [variable]: 'schlüssel' }))).toContain('schlüssel')
    },
  )
})

function faultOf(env: Record<string, string>): unknown {
  try {
    return readSecrets(env)
  } catch (error) {
    return error
  }
}
