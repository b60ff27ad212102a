/** `easel stats`: statistics per person, also while a server is running. */
import type { Command } from 'commander'
import { statsOf } from '../../app/views/stats.ts'
import { statsDays } from '../../bots/commands/stats.ts'
import { statsCsv, statsMessage } from '../../bots/messages/stats-message.ts'
import { dayMs } from '../../common/durations.ts'
import { JobReader } from '../../db/records/job-records.ts'
import { ServedTime } from '../../db/records/served-time.ts'
import { JobsTable } from '../../db/repositories/jobs/jobs.ts'
import { systemClock } from '../../system/system-ports.ts'
import type { Words } from '../../words/en.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  newCommand,
  numberReader,
  type RunCommand,
  refuse,
} from '../session.ts'
import { withDatabase } from '../with-database.ts'

interface StatsOptions extends CommonOptions {
  days: number
  csv: boolean
}

export function statsCommand(words: Words, run: RunCommand): Command {
  const { options } = words.cli
  return newCommand('stats', words)
    .option('--days <number>', options.days, numberReader(words), statsDays.fallback)
    .option('--csv', options.csv, false)
    .action((given: StatsOptions) => run(given, session => show(session, given)))
}

async function show(session: CommandSession, { days, csv }: StatsOptions): Promise<ExitCode> {
  const { words, surroundings, out } = session
  if (!(days > 0)) return refuse(session, [words.cli.daysPositive])
  return withDatabase(session, client => {
    const toMs = systemClock.now()
    const jobs = new JobsTable(client.query, new JobReader(), new ServedTime(client.query, systemClock))
    const stats = statsOf({ jobs }, { fromMs: toMs - days * dayMs, toMs })
    if (csv) surroundings.stdout.write(statsCsv(stats))
    else {
      const { title, lines } = statsMessage(stats, words)
      for (const line of [title, ...lines]) out(line)
    }
    return exitCodes.done
  })
}
