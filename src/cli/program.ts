/** The program `easel` with its sub-commands, of which only the requested one is loaded. */
import { Command } from 'commander'
import { version } from '../system/version.ts'
import type { Words } from '../words/en.ts'
import { helpIn } from './commander-texts.ts'
import { commandRunner, newCommand, type RunCommand, type Surroundings } from './session.ts'

/** Each command is loaded on use, so a broken native library stops only the commands that need it, and doctor can report it. */
const loaders: {
  readonly [Name in keyof Words['cli']['commands']]: (words: Words, run: RunCommand) => Promise<Command>
} = {
  serve: async (words, run) => (await import('./commands/serve.ts')).serveCommand(words, run),
  imagine: async (words, run) => (await import('./commands/imagine.ts')).imagineCommand(words, run),
  refine: async (words, run) => (await import('./commands/refine.ts')).refineCommand(words, run),
  upscale: async (words, run) => (await import('./commands/upscale.ts')).upscaleCommand(words, run),
  info: async (words, run) => (await import('./commands/info.ts')).infoCommand(words, run),
  models: async (words, run) => (await import('./commands/models.ts')).modelsCommand(words, run),
  devices: async (words, run) => (await import('./commands/devices.ts')).devicesCommand(words, run),
  doctor: async (words, run) => (await import('./commands/doctor.ts')).doctorCommand(words, run),
  stats: async (words, run) => (await import('./commands/stats.ts')).statsCommand(words, run),
  worker: async (words, run) => (await import('./commands/worker.ts')).workerCommand(words, run),
  migrate: async (words, run) => (await import('./commands/migrate.ts')).migrateCommand(words, run),
}

/** The program, which throws a CommanderError in place of ending the process and leaves refusals to the caller. */
export async function buildProgram(
  asked: string | undefined,
  words: Words,
  surroundings: Surroundings,
): Promise<Command> {
  const run = commandRunner(surroundings)
  const { stdout, stderr } = surroundings
  const program = new Command('easel')
    .description(words.cli.about)
    .version(version, '-V, --version', words.cli.help.version)
    .helpOption('-h, --help', words.cli.help.help)
    .helpCommand(false)
    .configureHelp(helpIn(words))
    // Options after a sub-command's name are its own.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: text => stdout.write(text),
      writeErr: text => stderr.write(text),
      outputError: () => {},
    })
    .exitOverride()
  for (const name of Object.keys(loaders).filter(isCommand)) {
    const command = name === asked ? await loaders[name](words, run) : newCommand(name, words)
    program.addCommand(command.copyInheritedSettings(program))
    for (const part of command.commands) part.copyInheritedSettings(command)
  }
  return program
}

function isCommand(name: string): name is keyof typeof loaders {
  return Object.hasOwn(loaders, name)
}
