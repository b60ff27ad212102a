import { describe, expect, it } from 'vitest'
import { readSecrets } from '../../src/config/secrets.ts'

describe('secrets', () => {
  it('come from the environment; an empty variable is no secret', () => {
    expect(readSecrets({ DISCORD_TOKEN: 'a', SLACK_BOT_TOKEN: '', SLACK_APP_TOKEN: ' ' })).toEqual({
      discordToken: 'a',
    })
  })

  it.each([' xoxb-1 ', 'xoxb-1\n', '"xoxb-1"', "'xoxb-1'", ' "xoxb-1"\r\n', '" xoxb-1 "'])(
    'lose what copying brought along: %j',
    text => {
      expect(readSecrets({ SLACK_BOT_TOKEN: text })).toEqual({ slackBotToken: 'xoxb-1' })
    },
  )

  it.each(['xoxb 1', 'xoxb-1\nxapp-2', 'a\tb'])('are named where they cannot be one: %j', text => {
    expect(() => readSecrets({ SLACK_SIGNING_SECRET: text })).toThrow('SLACK_SIGNING_SECRET')
    expect(() => readSecrets({ SLACK_SIGNING_SECRET: text })).not.toThrow(text)
  })
})
