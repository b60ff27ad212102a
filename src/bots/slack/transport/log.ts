/** Forwards the log lines of Slack's libraries, at debug level only because they may quote user text. */
import { LogLevel, type Logger as SlackLogger } from '@slack/web-api'
import type { Logger } from '../../../system/ports.ts'

export function slackLogger(log: Logger): SlackLogger {
  const line = (level: string, words: unknown[]) => log.debug({ level }, words.map(String).join(' '))
  return {
    // Their debug lines contain whole payloads.
    debug() {},
    info: (...words: unknown[]) => line('info', words),
    warn: (...words: unknown[]) => line('warn', words),
    error: (...words: unknown[]) => line('error', words),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  }
}
