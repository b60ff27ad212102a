/** What people write to the bot is read as they saw it, whatever Slack made of it. */
import { expect, it } from 'vitest'
import { textForBot } from '../../../../src/bots/slack/inbound/typed-text.ts'

it.each([
  ['<@UBOT> a cat', 'a cat'],
  ['<@UBOT|easel> a cat', 'a cat'],
  // docs.slack.dev/messaging/formatting-message-text, Retrieving messages.
  ['a poster of <http://example.com|example.com>', 'a poster of example.com'],
  ['<https://example.com/a?b=1&amp;c=2>', 'https://example.com/a?b=1&c=2'],
  ['a letter to <mailto:bob@example.com|bob@example.com>', 'a letter to bob@example.com'],
  ['the mood of <#C024BE7LR|general>', 'the mood of #general'],
  ['<#C024BE7LR|art--n-4>', '#art n-4'],
  ['a portrait of <!subteam^SAZ94GDB8|@painters>', 'a portrait of @painters'],
  ['the light of <!date^1392734382^{date}|18 February>', 'the light of 18 February'],
  ['<!here> and <!channel|channel>', '@here and @channel'],
  ['1 &lt; 2 &amp;&amp; <#C024BE7LR>', '1 < 2 && <#C024BE7LR>'],
  ['a cat &lt;lora:pixel:0.8&gt;', 'a cat <lora:pixel:0.8>'],
])('%s', (sent, typed) => {
  expect(textForBot('UBOT', sent)).toBe(typed)
})
