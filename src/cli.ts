#!/usr/bin/env node
/** The `easel` command: runs the program of cli/ with the words of the shell. */
import { CommanderError } from 'commander'
import { refusalSentence } from './cli/commander-texts.ts'
import { buildProgram } from './cli/program.ts'
import { configuredWords, exitCodes } from './cli/session.ts'
import { withVisibleControls } from './common/visible-controls.ts'

process.exitCode = await main()

async function main(): Promise<number | undefined> {
  const args = withHelpOption(process.argv.slice(2))
  const words = configuredWords(args)
  const program = await buildProgram(args[0], words)
  try {
    await program.parseAsync(args, { from: 'user' })
    return typeof process.exitCode === 'number' ? process.exitCode : undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // commander has already printed the help or the version.
    if (error.exitCode === 0) return exitCodes.done
    if (error.code !== 'commander.help')
      process.stderr.write(`easel: ${withVisibleControls(refusalSentence(words, error, args))}\n`)
    return exitCodes.usage
  }
}

/** The arguments of `easel help imagine` as those of `easel imagine --help`. */
function withHelpOption(args: readonly string[]): readonly string[] {
  const [first, ...others] = args
  return first === 'help' ? [...others, '--help'] : args
}
