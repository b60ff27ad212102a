/** The context of every command: its surroundings, configuration, texts, log and exit code. */

import { Command, InvalidArgumentError } from 'commander'
import type { LogLevel } from '../common/choices.ts'
import { withVisibleControls } from '../common/visible-controls.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { readSecrets, type Secrets } from '../config/secrets.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import { type AppError, mustBeLogged, toAppError } from '../errors/errors.ts'
import { createLogger } from '../system/log.ts'
import { packageRoot } from '../system/paths.ts'
import type { Logger } from '../system/ports.ts'
import { createRedactor } from '../system/redactor.ts'
import { systemClock } from '../system/system-ports.ts'
import { en, errorSentence, errorSentences, type Words } from '../words/en.ts'
import { wordsFor } from '../words/locale.ts'

/** 1: something failed; 2: the command was used wrongly; 130: stopped by Ctrl-C, as shells count it. */
export const exitCodes = { done: 0, fault: 1, usage: 2, interrupted: 130 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface CommonOptions {
  config?: string
}

/** What a command has of the process around it. A process opens its standard input when it is first looked at. */
export interface Surroundings {
  readonly stdin: AsyncIterable<Buffer>
  readonly stdout: NodeJS.WritableStream
  readonly stderr: Terminal
  readonly env: Readonly<Record<string, string | undefined>>
  exitCode?: number | string | null | undefined
}

/** `isTTY`: it is seen by a person as it is written. */
export type Terminal = NodeJS.WritableStream & { readonly isTTY?: boolean }

export interface CommandSession {
  readonly surroundings: Surroundings
  config: Config
  secrets: Secrets
  words: Words
  log: Logger
  /** Prints a line of the command's output, without control characters from other people's texts. */
  out(line: string): void
  /** Prints a line on stderr in the same way, for progress and refusals. */
  err(line: string): void
}

/** A command with the options that all commands have. */
export function newCommand(name: keyof Words['cli']['commands'], words: Words): Command {
  return new Command(name)
    .description(words.cli.commands[name])
    .option('--config <file>', words.cli.options.config)
    .showHelpAfterError(false)
}

/** Reads the value of an option that takes a number. */
export function numberReader({ cli }: Words): (text: string) => number {
  return text => {
    const number = Number(text.trim() || Number.NaN)
    if (Number.isFinite(number)) return number
    throw new InvalidArgumentError(cli.notANumber)
  }
}

/** The words of the help and of refusals, in the configured language; English if the configuration cannot be read. */
export function configuredWords(args: readonly string[]): Words {
  const at = args.findIndex(arg => arg === '--config' || arg.startsWith('--config='))
  const file = at < 0 ? undefined : (args[at]?.split('=', 2)[1] ?? args[at + 1])
  try {
    return wordsFor(loadConfig(packageRoot, process.cwd(), file).language)
  } catch {
    return en
  }
}

/** Runs a command with a session over the configuration. */
export type RunCommand = (
  options: CommonOptions,
  run: (session: CommandSession) => Promise<ExitCode>,
  logs?: 'all' | 'warnings',
) => Promise<void>

/**
 * Runs commands in these surroundings, and maps their outcomes to an exit code. A fault is one sentence on stderr, and a wrong
 * configuration one for each setting. Its stack is shown at logLevel debug, and for internal errors.
 */
export function commandRunner(surroundings: Surroundings): RunCommand {
  const { stderr } = surroundings
  return async (options, run, logs = 'warnings') => {
    let session: CommandSession | undefined
    try {
      session = openSession(surroundings, options, logs)
      surroundings.exitCode = await run(session)
    } catch (error) {
      const fault = toAppError(error)
      const level = mustBeLogged(fault) ? 'error' : 'debug'
      const log = session?.log ?? logOf(stderr, 'error', [])
      log[level]({ error: fault }, 'the command failed')
      const err = session?.err ?? lineWriter(stderr, [])
      for (const sentence of errorSentences(session?.words ?? en, fault)) err(`easel: ${sentence}`)
      surroundings.exitCode = exitCodes.fault
    }
  }
}

/** The models; announces files whose hashing takes time. */
export async function libraryOf({
  config,
  words,
  surroundings,
  err,
}: CommandSession): Promise<ModelCatalogue> {
  // The module is loaded here and not earlier, because doctor must be able to report missing libraries.
  const { readLibrary } = await import('../startup/model-library.ts')
  return readLibrary(config, (file, bytes) => err(words.cli.readingThrough(file, bytes)), surroundings.env)
}

/** The sentence of a fault that does not end the command. The fault is logged if the sentence refers to the log. */
export function faultSentence({ words, log }: CommandSession, fault: AppError): string {
  if (mustBeLogged(fault)) log.error({ error: fault }, 'internal error')
  return errorSentence(words, fault)
}

/** Prints why a command cannot run as typed. */
export function refuse({ err }: CommandSession, sentences: readonly string[]): ExitCode {
  for (const sentence of sentences) err(`easel: ${sentence}`)
  return exitCodes.usage
}

function openSession(
  surroundings: Surroundings,
  { config: file }: CommonOptions,
  logs: 'all' | 'warnings',
): CommandSession {
  const config = loadConfig(packageRoot, process.cwd(), file)
  const { stdout, stderr, env } = surroundings
  const secrets = readSecrets(env)
  const hidden = Object.values(secrets).filter(secret => secret !== undefined)
  return {
    surroundings,
    config,
    secrets,
    words: wordsFor(config.language),
    log: logOf(stderr, logs === 'all' ? config.logLevel : levelOfCommands(config.logLevel), hidden),
    out: lineWriter(stdout, hidden),
    err: lineWriter(stderr, hidden),
  }
}

function logOf(stream: NodeJS.WritableStream, level: LogLevel, secrets: readonly string[]): Logger {
  return createLogger({ level, clock: systemClock, secrets, write: line => void stream.write(line) })
}

/** A command's output goes to a person, so its log contains only warnings, or everything at debug. */
function levelOfCommands(configured: LogLevel): LogLevel {
  return configured === 'info' ? 'warn' : configured
}

/** Writes lines without secrets and without control characters. */
function lineWriter(stream: NodeJS.WritableStream, secrets: readonly string[]): (line: string) => void {
  const redact = createRedactor(secrets)
  return line => void stream.write(`${withVisibleControls(redact(line))}\n`)
}
