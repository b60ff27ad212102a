/** The context of every command: configuration, texts, log, terminal and exit code. */
import { Command, InvalidArgumentError } from 'commander'
import { withVisibleControls } from '../common/visible-controls.ts'
import { type Config, loadConfig } from '../config/config.ts'
import { readSecrets, type Secrets } from '../config/secrets.ts'
import type { ModelCatalogue } from '../engine/models/library.ts'
import { toAppError } from '../errors/errors.ts'
import { createLogger, type LogLevel } from '../system/log.ts'
import { packageRoot } from '../system/paths.ts'
import type { Logger } from '../system/ports.ts'
import { scrubber } from '../system/scrubber.ts'
import { systemClock } from '../system/system-ports.ts'
import { en, errorSentence, type Words } from '../words/en.ts'
import { wordsFor } from '../words/locale.ts'

/** 1: something failed; 2: the command was used wrongly; 130: stopped by Ctrl-C, as shells count it. */
export const exitCodes = { done: 0, fault: 1, usage: 2, interrupted: 130 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

export interface CommonOptions {
  config?: string
}

export interface Session {
  config: Config
  secrets: Secrets
  words: Words
  log: Logger
  /** A line of the command's own output. What strangers wrote in it reaches the terminal without control characters. */
  out(line: string): void
  /** The same for the person at the terminal: progress, refusals. */
  err(line: string): void
}

/** A command with what all of them have. */
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

/** The words of help, in the configured language. English where the configuration cannot be read: its command says why. */
export function wordsOfHelp(args: readonly string[]): Words {
  const at = args.findIndex(arg => arg === '--config' || arg.startsWith('--config='))
  const file = at < 0 ? undefined : (args[at]?.split('=', 2)[1] ?? args[at + 1])
  try {
    return wordsFor(loadConfig(packageRoot, process.cwd(), file).language)
  } catch {
    return en
  }
}

/**
 * Runs a command: reads the configuration, hands out a session, and turns whatever happens into an exit code.
 * A fault is one sentence on stderr; its stack appears at logLevel debug alone, or where it is one of Easel's own.
 */
export async function runCommand(
  options: CommonOptions,
  run: (session: Session) => Promise<ExitCode>,
  logs: 'all' | 'warnings' = 'warnings',
): Promise<void> {
  // What is done is done to its end when nobody reads what is said any more, as behind `| head`.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  let session: Session | undefined
  try {
    session = openSession(options, logs)
    process.exitCode = await run(session)
  } catch (error) {
    const fault = toAppError(error)
    // The sentence of an internal fault says that it has been logged.
    const level = fault.code === 'internal' ? 'error' : 'debug'
    const log = session?.log ?? logOf(process.stderr, 'error', [])
    log[level]({ error: fault }, 'the command failed')
    const err = session?.err ?? lineWriter(process.stderr, [])
    err(`easel: ${errorSentence(session?.words ?? en, fault)}`)
    process.exitCode = exitCodes.fault
  }
}

/** The models, with a word about what takes a while. */
export async function libraryOf({ config, words, err }: Session): Promise<ModelCatalogue> {
  // Loaded now: doctor must be able to say that the engine's libraries are missing.
  const { readLibrary } = await import('../startup/model-library.ts')
  return readLibrary(config, (file, bytes) => err(words.cli.readingThrough(file, bytes)))
}

/** Says why a command cannot be done as it was given. */
export function refuse({ err }: Session, sentences: readonly string[]): ExitCode {
  for (const sentence of sentences) err(`easel: ${sentence}`)
  return exitCodes.usage
}

function openSession({ config: file }: CommonOptions, logs: 'all' | 'warnings'): Session {
  const config = loadConfig(packageRoot, process.cwd(), file)
  const secrets = readSecrets(process.env)
  const hidden = Object.values(secrets).filter(secret => secret !== undefined)
  return {
    config,
    secrets,
    words: wordsFor(config.language),
    log: logOf(process.stderr, logs === 'all' ? config.logLevel : levelOfCommands(config.logLevel), hidden),
    out: lineWriter(process.stdout, hidden),
    err: lineWriter(process.stderr, hidden),
  }
}

function logOf(stream: NodeJS.WritableStream, level: LogLevel, secrets: readonly string[]): Logger {
  return createLogger({ level, clock: systemClock, secrets, write: line => void stream.write(line) })
}

/** A command that somebody waits for speaks for itself: its log holds warnings, or everything at debug. */
function levelOfCommands(configured: LogLevel): LogLevel {
  return configured === 'info' ? 'warn' : configured
}

/** Writes lines without secrets, whoever put them into an error, and without characters that a terminal obeys. */
function lineWriter(stream: NodeJS.WritableStream, secrets: readonly string[]): (line: string) => void {
  const scrub = scrubber(secrets)
  return line => void stream.write(`${withVisibleControls(scrub(line))}\n`)
}
