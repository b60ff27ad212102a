/** `/stats [DAYS]`: statistics of the last days, for admins. */
import { dayMs } from '../../common/durations.ts'
import { between, wholeNumber } from '../grammar/flag-values.ts'
import { statsMessage } from '../messages/stats-message.ts'
import type { Command } from './command.ts'
import { optionalOption } from './command-option.ts'

/** At most a year, because older data may be removed. */
export const statsDays = { min: 1, max: 366, fallback: 30 } as const

const days = optionalOption('days', between(statsDays, wholeNumber), statsDays.fallback)

export const stats: Command = {
  access: 'admins',
  visibility: 'private',
  isView: true,
  options: [days],
  handle({ easel, caller, words, nowMs, usage }, typed) {
    const read = days.read(typed, usage)
    if (read.kind === 'refused') return { kind: 'refused', problems: [read.problem] }
    const found = easel.stats({ fromMs: nowMs - read.value * dayMs, toMs: nowMs }, caller)
    if (found.kind === 'refused') return found
    return {
      kind: 'stats',
      message: statsMessage(found.stats, words),
      stats: found.stats,
      days: read.value,
    }
  },
}
