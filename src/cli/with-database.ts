/** Opens the database for a command, also while a server is running. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '../db/client.ts'
import { databaseFileIn } from '../db/files/data-folder.ts'
import { schemaVersions } from '../db/migrate.ts'
import { AppError } from '../errors/errors.ts'
import { packageRoot } from '../system/paths.ts'
import { systemClock } from '../system/system-ports.ts'
import { type CommandSession, type ExitCode, refuse } from './session.ts'

type Opened = { kind: 'open'; client: Client } | { kind: 'refused'; sentence: string }

/** Runs `work` with the open database. Refuses if there is no database, or one of an earlier version. @throws as openDatabase. */
export async function withDatabase(
  session: CommandSession,
  work: (client: Client) => ExitCode | Promise<ExitCode>,
): Promise<ExitCode> {
  const opened = openDatabase(session)
  if (opened.kind === 'refused') return refuse(session, [opened.sentence])
  try {
    return await work(opened.client)
  } finally {
    opened.client.close()
  }
}

/**
 * Opens the database; the caller closes the client. @throws AppError 'database-newer' when a newer Easel wrote it, and as
 * Client.open.
 */
export function openDatabase({ config, words }: CommandSession): Opened {
  const file = databaseFileIn(config.dataDir)
  if (!existsSync(file)) return { kind: 'refused', sentence: words.cli.noDatabase(file) }
  const client = Client.open(file, { clock: systemClock })
  const { found, known } = schemaVersions(client, join(packageRoot, 'migrations'))
  if (found === known) return { kind: 'open', client }
  client.close()
  if (found > known) throw new AppError('database-newer', { file, found, known })
  return { kind: 'refused', sentence: words.cli.olderSchema(file, found, known) }
}
