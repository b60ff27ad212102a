#!/usr/bin/env node
/** The `easel` command: one file per sub-command in cli/. Only the requested one is loaded. */
import { Command, CommanderError } from 'commander'
import { exitCodes, newCommand } from './cli/session.ts'
import { version } from './version.ts'
import { withVisibleControls } from './visible-controls.ts'
import { en } from './words/en.ts'

/** A broken native library therefore stops only the commands that need it, and doctor can report it. */
const loaders: { readonly [Name in keyof typeof en.cli.commands]: () => Promise<Command> } = {
  serve: async () => (await import('./cli/serve.ts')).serveCommand(),
  imagine: async () => (await import('./cli/imagine.ts')).imagineCommand(),
  refine: async () => (await import('./cli/refine.ts')).refineCommand(),
  upscale: async () => (await import('./cli/upscale.ts')).upscaleCommand(),
  info: async () => (await import('./cli/info.ts')).infoCommand(),
  models: async () => (await import('./cli/models.ts')).modelsCommand(),
  devices: async () => (await import('./cli/devices.ts')).devicesCommand(),
  doctor: async () => (await import('./cli/doctor.ts')).doctorCommand(),
  stats: async () => (await import('./cli/stats.ts')).statsCommand(),
  migrate: async () => (await import('./cli/migrate.ts')).migrateCommand(),
}

process.exitCode = await main()

async function main(): Promise<number | undefined> {
  const program = await buildProgram(process.argv[2])
  try {
    await program.parseAsync()
    return typeof process.exitCode === 'number' ? process.exitCode : undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // commander has already printed the error, the help or the version.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
}

async function buildProgram(asked: string | undefined): Promise<Command> {
  const program = new Command('easel')
    .description(en.cli.about)
    .version(version)
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(inOneLine(text)) })
    .exitOverride()
  for (const name of Object.keys(loaders).filter(isCommand)) {
    const command = name === asked ? await loaders[name]() : newCommand(name)
    program.addCommand(command.copyInheritedSettings(program))
  }
  return program
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
