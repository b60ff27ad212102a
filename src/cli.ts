#!/usr/bin/env node
/** The `easel` command: one file per sub-command in cli/. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command, CommanderError } from 'commander'
import { z } from 'zod'
import { imagineCommand } from './cli/imagine.ts'
import { infoCommand } from './cli/info.ts'
import { modelsCommand } from './cli/models.ts'
import { refineCommand } from './cli/refine.ts'
import { serveCommand } from './cli/serve.ts'
import { exitCodes } from './cli/session.ts'
import { upscaleCommand } from './cli/upscale.ts'
import { packageRoot } from './paths.ts'
import { en } from './words/en.ts'

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')))

const program = new Command('easel')
  .description(en.cli.about)
  .version(version)
  .helpCommand(false)
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'easel: ')) })

const commands = [
  serveCommand(),
  imagineCommand(),
  refineCommand(),
  upscaleCommand(),
  infoCommand(),
  modelsCommand(),
]
for (const command of commands) program.addCommand(command.copyInheritedSettings(program))
throwInsteadOfExiting(program)

try {
  await program.parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // commander has said what is wrong, or printed the help or the version that was asked for.
  process.exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.usage
}

function throwInsteadOfExiting(command: Command): void {
  command.exitOverride()
  command.commands.forEach(throwInsteadOfExiting)
}
