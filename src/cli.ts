#!/usr/bin/env node
/** The `easel` command: one file per sub-command in cli/. Only the requested one is loaded. */
import { Command, CommanderError } from 'commander'
import { exitCodes, newCommand, wordsOfHelp } from './cli/session.ts'
import { withVisibleControls } from './common/visible-controls.ts'
import { version } from './system/version.ts'
import type { Words } from './words/en.ts'

/** A broken native library therefore stops only the commands that need it, and doctor can report it. */
const loaders: { readonly [Name in keyof Words['cli']['commands']]: (words: Words) => Promise<Command> } = {
  serve: async words => (await import('./cli/commands/serve.ts')).serveCommand(words),
  imagine: async words => (await import('./cli/commands/imagine.ts')).imagineCommand(words),
  refine: async words => (await import('./cli/commands/refine.ts')).refineCommand(words),
  upscale: async words => (await import('./cli/commands/upscale.ts')).upscaleCommand(words),
  info: async words => (await import('./cli/commands/info.ts')).infoCommand(words),
  models: async words => (await import('./cli/commands/models.ts')).modelsCommand(words),
  devices: async words => (await import('./cli/commands/devices.ts')).devicesCommand(words),
  doctor: async words => (await import('./cli/commands/doctor.ts')).doctorCommand(words),
  stats: async words => (await import('./cli/commands/stats.ts')).statsCommand(words),
  worker: async words => (await import('./cli/commands/worker.ts')).workerCommand(words),
  migrate: async words => (await import('./cli/commands/migrate.ts')).migrateCommand(words),
}

process.exitCode = await main()

async function main(): Promise<number | undefined> {
  const program = await buildProgram(process.argv[2], wordsOfHelp(process.argv.slice(2)))
  try {
    await program.parseAsync()
    return typeof process.exitCode === 'number' ? process.exitCode : undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // commander has already printed the error, the help or the version.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
}

async function buildProgram(asked: string | undefined, words: Words): Promise<Command> {
  const program = new Command('easel')
    .description(words.cli.about)
    .version(version, '-V, --version', words.cli.help.version)
    .helpOption('-h, --help', words.cli.help.help)
    .helpCommand(false)
    .configureHelp({ styleTitle: title => titleIn(words, title) })
    // Options after a sub-command's name are its own.
    .enablePositionalOptions()
    .configureOutput({ outputError: (text, write) => write(inOneLine(text)) })
    .exitOverride()
  for (const name of Object.keys(loaders).filter(isCommand)) {
    const command = name === asked ? await loaders[name](words) : newCommand(name, words)
    program.addCommand(command.copyInheritedSettings(program))
    for (const part of command.commands) part.copyInheritedSettings(command)
  }
  return program
}

/** The title of a section of the help. Those of commander that Easel has no words for stay as they are. */
function titleIn({ cli }: Words, title: string): string {
  return Object.entries(cli.help.titles).find(([known]) => known === title)?.[1] ?? title
}

/** commander prints its hint on a separate line. */
function inOneLine(text: string): string {
  const line = text
    .trim()
    .replace(/^error: /, 'easel: ')
    .replace(/\s*\n/g, ' ')
  return `${withVisibleControls(line)}\n`
}

function isCommand(name: string): name is keyof typeof loaders {
  return Object.hasOwn(loaders, name)
}
