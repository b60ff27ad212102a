#!/usr/bin/env node
/** The `easel` command: runs the program of cli/ with the words of the shell. */
import { CommanderError } from 'commander'
import { refusalSentence } from './cli/commander-texts.ts'
import { buildProgram } from './cli/program.ts'
import { configuredWords, exitCodes } from './cli/session.ts'
import { withVisibleControls } from './common/visible-controls.ts'

process.exitCode = await main()

async function main(): Promise<number | undefined> {
  const words = configuredWords(process.argv.slice(2))
  const program = await buildProgram(process.argv[2], words)
  try {
    await program.parseAsync()
    return typeof process.exitCode === 'number' ? process.exitCode : undefined
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // commander has already printed the help or the version.
    if (error.exitCode === 0) return exitCodes.done
    if (error.code !== 'commander.help')
      process.stderr.write(`easel: ${withVisibleControls(refusalSentence(words, error))}\n`)
    return exitCodes.usage
  }
}
