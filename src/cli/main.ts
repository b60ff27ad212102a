/** One run of `easel`, from its words to its exit code, in the surroundings of whoever runs it. */
import { CommanderError } from 'commander'
import { withVisibleControls } from '../common/visible-controls.ts'
import { refusalSentence } from './commander-texts.ts'
import { buildProgram } from './program.ts'
import { configuredWords, exitCodes, type Surroundings } from './session.ts'

/** `typed`: the words behind the program's name. */
export async function main(typed: readonly string[], surroundings: Surroundings): Promise<void> {
  const args = withHelpOption(typed)
  // A run continues when its output is closed, as with `| head`; so do its help and its version.
  for (const stream of [surroundings.stdout, surroundings.stderr]) stream.on('error', () => {})
  const words = configuredWords(args)
  const program = await buildProgram(args[0], words, surroundings)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // commander has already printed the help or the version.
    if (error.exitCode === 0) {
      surroundings.exitCode = exitCodes.done
      return
    }
    if (error.code !== 'commander.help')
      surroundings.stderr.write(`easel: ${withVisibleControls(refusalSentence(words, error, args))}\n`)
    surroundings.exitCode = exitCodes.usage
  }
}

/** The arguments of `easel help imagine` as those of `easel imagine --help`. */
function withHelpOption(args: readonly string[]): readonly string[] {
  const [first, ...others] = args
  return first === 'help' ? [...others, '--help'] : args
}
