/** Opens the database for a command, also while a server is running. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '../db/client.ts'
import { databaseFileIn } from '../db/files/data-folder.ts'
import { schemaVersions } from '../db/migrate.ts'
import { packageRoot } from '../system/paths.ts'
import { systemClock } from '../system/system-ports.ts'
import { type CommandSession, type ExitCode, refuse } from './session.ts'

type Opened = { kind: 'open'; client: Client } | { kind: 'refused'; sentence: string }

/** Runs `work` with the open database. Refuses if there is no database, or one of another version. @throws as Client.open. */
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

/** The caller closes the client. @throws as Client.open. */
export function openDatabase({ config, words }: CommandSession): Opened {
  const file = databaseFileIn(config.dataDir)
  if (!existsSync(file)) return { kind: 'refused', sentence: words.cli.noDatabase(file) }
  const client = Client.open(file, { clock: systemClock })
  const { found, known } = schemaVersions(client, join(packageRoot, 'migrations'))
  if (found === known) return { kind: 'open', client }
  client.close()
  return { kind: 'refused', sentence: words.cli.otherSchema(file, found, known) }
}
