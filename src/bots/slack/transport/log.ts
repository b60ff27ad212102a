/** What the Slack libraries log, below our own lines: at debug only, because their lines may quote what people wrote. */
import { LogLevel, type Logger as SlackLogger } from '@slack/web-api'
import type { Logger } from '../../../ports.ts'

export function slackLogger(log: Logger): SlackLogger {
  const line = (level: string, words: unknown[]) => log.debug({ level }, words.map(String).join(' '))
  return {
    // Their debug lines hold whole payloads.
    debug() {},
    info: (...words: unknown[]) => line('info', words),
    warn: (...words: unknown[]) => line('warn', words),
    error: (...words: unknown[]) => line('error', words),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  }
}
