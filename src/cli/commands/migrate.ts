/** `easel migrate`: brings the database up to date without starting a server. */
import { join } from 'node:path'
import type { Command } from 'commander'
import { Database } from '../../db/database.ts'
import { databaseFileIn } from '../../db/files/data-folder.ts'
import { packageRoot } from '../../system/paths.ts'
import { systemClock, systemIds } from '../../system/system-ports.ts'
import type { Words } from '../../words/en.ts'
import { type CommonOptions, exitCodes, newCommand, type RunCommand } from '../session.ts'

export function migrateCommand(words: Words, run: RunCommand): Command {
  return newCommand('migrate', words).action((options: CommonOptions) =>
    run(options, async ({ config, words, out }) => {
      const { dataDir } = config
      const migrationsFolder = join(packageRoot, 'migrations')
      // Opening the database migrates it and keeps a copy of the old version.
      Database.open({ dataDir, migrationsFolder, clock: systemClock, ids: systemIds }).close()
      out(words.cli.upToDate(databaseFileIn(dataDir)))
      return exitCodes.done
    }),
  )
}
