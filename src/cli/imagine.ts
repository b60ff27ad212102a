/** `easel imagine`: a picture from words, by the grammar of the chat, without server or database. */
import type { Command } from 'commander'
import { checkPicture } from '../app/check-picture.ts'
import { Findings } from '../app/findings.ts'
import type { CheckedPicture } from '../app/parts.ts'
import type { Problem } from '../app/problems.ts'
import { type ResolveContext, resolve } from '../app/resolve.ts'
import { drawn, variantsOf } from '../app/variants.ts'
import { parseCommand } from '../bots/grammar/command-line.ts'
import { flagList } from '../bots/grammar/flags.ts'
import { systemRandom } from '../system-ports.ts'
import { en, problemSentence } from '../words/en.ts'
import { commandText } from './command-text.ts'
import { type PictureFile, readPicture } from './files.ts'
import { paintToFiles } from './paint.ts'
import {
  type CommonOptions,
  type ExitCode,
  libraryOf,
  newCommand,
  refuse,
  runCommand,
  type Session,
} from './session.ts'

interface ImagineOptions extends CommonOptions {
  output: string
  init?: string
  mask?: string
}

export function imagineCommand(): Command {
  const { options } = en.cli
  return newCommand('imagine')
    .argument('[words...]')
    .allowUnknownOption()
    .option('-o, --output <file>', options.output, 'out.png')
    .option('--init <file>', options.init)
    .option('--mask <file>', options.mask)
    .addHelpText('after', () => `\n${en.cli.flagsHelp}\n${flagsHelp()}`)
    .action((words: string[], given: ImagineOptions) =>
      runCommand(given, session => imagine(session, words, given)),
    )
}

async function imagine(
  session: Session,
  typed: readonly string[],
  options: ImagineOptions,
): Promise<ExitCode> {
  const { config, words, err } = session
  const parsed = parseCommand(commandText(typed))
  if (parsed.kind === 'refused') return refuseProblems(session, parsed.problems)
  if (parsed.request.source) return refuse(session, [words.cli.useInit])

  const findings = new Findings()
  const variants = drawn(variantsOf(parsed.request, config.limits, findings), config, systemRandom, findings)
  if (findings.problems.length > 0) return refuseProblems(session, findings.problems)

  const source = await readChecked(options.init)
  const mask = await readChecked(options.mask)
  const catalogue = await libraryOf(session)
  // A model that is there and cannot be used is not unknown: its own fault says more.
  const wanted = parsed.request.model ?? config.defaultModel
  const broken = catalogue.unused.find(({ name }) => name === wanted)
  if (broken) throw broken.error
  const context: ResolveContext = {
    catalogue,
    config,
    settings: {},
    source: source && { id: source.id, ...source.size },
    mask: mask && { id: mask.id, ...mask.size },
    seed: systemRandom.uint32(),
  }
  // One seed for all, so that {a,b} compare.
  const resolved = variants.map(variant => resolve(variant, context))
  const [first] = resolved
  if (first?.kind === 'order') {
    for (const notice of first.notices) err(`easel: ${problemSentence(words, notice)}`)
  }
  const refused = resolved.find(outcome => outcome.kind === 'refused')
  if (refused) return refuseProblems(session, refused.problems)
  const orders = resolved.flatMap(outcome => (outcome.kind === 'order' ? [outcome.order] : []))
  const sources = [source, mask].filter(picture => picture !== undefined)
  return paintToFiles(session, catalogue, orders, sources, options.output)
}

interface CheckedFile extends PictureFile {
  size: Pick<CheckedPicture, 'widthPx' | 'heightPx'>
}

async function readChecked(file: string | undefined): Promise<CheckedFile | undefined> {
  if (file === undefined) return undefined
  const picture = await readPicture(file)
  const { widthPx, heightPx } = await checkPicture(picture.bytes)
  return { ...picture, size: { widthPx, heightPx } }
}

export function refuseProblems(session: Session, problems: readonly Problem[]): ExitCode {
  return refuse(
    session,
    problems.map(problem => problemSentence(session.words, problem)),
  )
}

function flagsHelp(): string {
  const rows = flagList
    .filter(([name]) => name !== 'source' && name !== 'mask')
    .map(([name, { shape }]): [string, string] => [`--${name} ${shape}`, en.flags[name]])
  const width = Math.max(...rows.map(([flag]) => flag.length))
  return rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join('\n')
}
