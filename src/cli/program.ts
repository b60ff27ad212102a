/** The program `easel` with its sub-commands, of which only the requested one is loaded. */
import { Command } from 'commander'
import { version } from '../system/version.ts'
import type { Words } from '../words/en.ts'
import { helpIn } from './commander-texts.ts'
import { newCommand } from './session.ts'

/** Each command is loaded on use, so a broken native library stops only the commands that need it, and doctor can report it. */
const loaders: { readonly [Name in keyof Words['cli']['commands']]: (words: Words) => Promise<Command> } = {
  serve: async words => (await import('./commands/serve.ts')).serveCommand(words),
  imagine: async words => (await import('./commands/imagine.ts')).imagineCommand(words),
  refine: async words => (await import('./commands/refine.ts')).refineCommand(words),
  upscale: async words => (await import('./commands/upscale.ts')).upscaleCommand(words),
  info: async words => (await import('./commands/info.ts')).infoCommand(words),
  models: async words => (await import('./commands/models.ts')).modelsCommand(words),
  devices: async words => (await import('./commands/devices.ts')).devicesCommand(words),
  doctor: async words => (await import('./commands/doctor.ts')).doctorCommand(words),
  stats: async words => (await import('./commands/stats.ts')).statsCommand(words),
  worker: async words => (await import('./commands/worker.ts')).workerCommand(words),
  migrate: async words => (await import('./commands/migrate.ts')).migrateCommand(words),
}

/** The program, which throws a CommanderError in place of ending the process and leaves refusals to the caller. */
export async function buildProgram(asked: string | undefined, words: Words): Promise<Command> {
  const program = new Command('easel')
    .description(words.cli.about)
    .version(version, '-V, --version', words.cli.help.version)
    .helpOption('-h, --help', words.cli.help.help)
    .helpCommand(false)
    .configureHelp(helpIn(words))
    // Options after a sub-command's name are its own.
    .enablePositionalOptions()
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  for (const name of Object.keys(loaders).filter(isCommand)) {
    const command = name === asked ? await loaders[name](words) : newCommand(name, words)
    program.addCommand(command.copyInheritedSettings(program))
    for (const part of command.commands) part.copyInheritedSettings(command)
  }
  return program
}

function isCommand(name: string): name is keyof typeof loaders {
  return Object.hasOwn(loaders, name)
}
