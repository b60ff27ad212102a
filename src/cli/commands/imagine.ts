/** `easel imagine`: paints a picture from a prompt in the chat's grammar, without server or database. */
import { type Command, Option } from 'commander'
import { checkPicture } from '../../app/checks/check-picture.ts'
import { withoutConsequences } from '../../app/checks/unread-flags.ts'
import type { Problem } from '../../app/problems.ts'
import type { GivenPicture, ImagineRequest } from '../../app/requests.ts'
import { type PicturePlace, picturesOf } from '../../app/resolve/request-pictures.ts'
import type { AdmittedPicture, ResolveContext } from '../../app/resolve/resolve.ts'
import { resolveAll } from '../../app/resolve/resolve-all.ts'
import { variantsOf, withWildcardsDrawn } from '../../app/resolve/variants.ts'
import { Findings } from '../../app/views/findings.ts'
import { parseCommand } from '../../bots/grammar/command-line.ts'
import { flagList } from '../../bots/grammar/flags.ts'
import { randomSeed } from '../../common/bounds.ts'
import type { ModelCatalogue } from '../../engine/models/library.ts'
import { LoraFits } from '../../engine/pipeline/open/lora-fits.ts'
import { systemRandom } from '../../system/system-ports.ts'
import { problemSentence, type Words } from '../../words/en.ts'
import { commandText } from '../command-text.ts'
import { paintToFiles } from '../pictures/paint.ts'
import { type PictureFile, readPicture } from '../pictures/picture-file.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  libraryOf,
  newCommand,
  type RunCommand,
  refuse,
  type Surroundings,
} from '../session.ts'

interface ImagineOptions extends CommonOptions {
  output: string
  init?: string
  mask?: string
  controlPicture: string[]
  promptPicture: string[]
}

export function imagineCommand(words: Words, run: RunCommand): Command {
  const { options } = words.cli
  const command = newCommand('imagine', words)
  const parse = command.parseOptions.bind(command)
  command.parseOptions = args => parse(withLongOutput(args))
  return command
    .argument('[words...]')
    .allowUnknownOption()
    .addOption(outputOption(options.output))
    .option('--init <file>', options.init)
    .option('--mask <file>', options.mask)
    .option('--control-picture <file>', options.controlPicture, gather, [])
    .option('--prompt-picture <file>', options.promptPicture, gather, [])
    .addHelpText('after', () => `\n${words.cli.flagsHelp}\n${flagsHelp(words)}`)
    .action((typed: string[], given: ImagineOptions) => run(given, session => imagine(session, typed, given)))
}

/**
 * The output option. It has no short form for commander, which would take `-old man` as the file "ld man"; withLongOutput reads
 * `-o`.
 */
function outputOption(description: string): Option {
  const option = new Option('-o, --output <file>', description).default('out.png')
  option.short = undefined
  return option
}

function withLongOutput(args: readonly string[]): string[] {
  const end = args.indexOf('--')
  return args.map((word, i) => (word === '-o' && (end < 0 || i < end) ? '--output' : word))
}

/** An option that may be repeated. */
function gather(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

async function imagine(
  session: CommandSession,
  typed: readonly string[],
  options: ImagineOptions,
): Promise<ExitCode> {
  const { config, words, err } = session
  const parsed = parseCommand(commandText(typed))
  const unread = parsed.problems ?? []
  if (namesPicture(parsed))
    return refuse(session, [...unread.map(problem => sentenceFor(words, problem)), words.cli.useFiles])

  const files = await readFiles(options, session.surroundings)
  const request = { ...withFiles(parsed, files), seed: seedOf(parsed) }
  const findings = new Findings()
  for (const problem of unread) findings.add(problem)
  const variants = withWildcardsDrawn(
    variantsOf(request, config.limits, findings),
    config,
    systemRandom,
    findings,
  )

  const catalogue = await libraryOf(session)
  refuseUnused(catalogue, parsed.model ?? config.defaultModel)
  const context: ResolveContext = {
    catalogue,
    config,
    settings: {},
    pictures: picturesIn(request, files),
    seed: request.seed,
  }
  const fits = new LoraFits()
  // If the prompt cannot be expanded, the rest of the request is still checked.
  const { orders, notices } = await resolveAll(
    variants.length > 0 ? variants : [request],
    () => context,
    { ...catalogue, loraFit: (model, lora) => fits.of(model, lora) },
    findings,
  )
  for (const notice of notices) err(`easel: ${problemSentence(words, notice)}`)
  if (findings.problems.length > 0)
    return refuseProblems(session, withoutConsequences(findings.problems, unread))
  return paintToFiles(session, catalogue, orders, allOf(files), options.output)
}

/** A model that exists but cannot be used is reported with its own fault, not as unknown. @throws the fault of that model. */
function refuseUnused({ models, unused }: ModelCatalogue, wanted: string): void {
  const isWanted = ({ name }: { readonly name: string }) => name === wanted
  const broken = models.some(isWanted) ? undefined : unused.find(isWanted)
  if (broken) throw broken.error
}

/** Whether the request names a picture by id. On the command line pictures are files. */
function namesPicture({ source, mask, controls = [], imagePrompts = [] }: ImagineRequest): boolean {
  return [source, mask, ...controls, ...imagePrompts].some(named => named && 'pictureId' in named)
}

/** One seed for all jobs, so that the pictures of {a,b} are comparable and only repetitions differ. */
function seedOf({ seed = randomSeed }: ImagineRequest): number {
  return seed === randomSeed ? systemRandom.uint32() : seed
}

/** A picture file that passed the checks. */
type CheckedFile = PictureFile & AdmittedPicture & { kind: 'bytes' }

interface CheckedFiles {
  init?: CheckedFile
  mask?: CheckedFile
  controls: CheckedFile[]
  prompts: CheckedFile[]
}

async function readFiles(options: ImagineOptions, surroundings: Surroundings): Promise<CheckedFiles> {
  const { init, mask, controlPicture, promptPicture } = options
  const readChecked = (file: string) => readCheckedFile(file, surroundings)
  return {
    ...(init !== undefined && { init: await readChecked(init) }),
    ...(mask !== undefined && { mask: await readChecked(mask) }),
    controls: await Promise.all(controlPicture.map(readChecked)),
    prompts: await Promise.all(promptPicture.map(readChecked)),
  }
}

async function readCheckedFile(file: string, surroundings: Surroundings): Promise<CheckedFile> {
  const { id, bytes } = await readPicture(file, surroundings)
  const { mediaType: _, ...checked } = await checkPicture(bytes)
  return { kind: 'bytes', id, ...checked }
}

function allOf({ init, mask, controls, prompts }: CheckedFiles): CheckedFile[] {
  return [init, mask, ...controls, ...prompts].filter(file => file !== undefined)
}

function withFiles(request: ImagineRequest, { init, mask, controls, prompts }: CheckedFiles): ImagineRequest {
  return {
    ...request,
    ...(init && { source: init }),
    ...(mask && { mask }),
    ...(controls.length > 0 && { controlPictures: controls }),
    ...(prompts.length > 0 && { promptPictures: prompts }),
  }
}

function picturesIn(request: ImagineRequest, files: CheckedFiles): Map<PicturePlace, AdmittedPicture> {
  const known = new Map<GivenPicture, CheckedFile>(allOf(files).map(file => [file, file]))
  return new Map(
    [...picturesOf(request)].flatMap(([place, given]) => {
      const file = known.get(given)
      return file ? [[place, file]] : []
    }),
  )
}

export function refuseProblems(session: CommandSession, problems: readonly Problem[]): ExitCode {
  return refuse(
    session,
    problems.map(problem => sentenceFor(session.words, problem)),
  )
}

/** Some sentences differ from the chat’s, because a command has help of its own. */
function sentenceFor(words: Words, { code, details }: Problem): string {
  return problemSentence(
    { ...words, problems: { ...words.problems, ...words.cli.problems } },
    { code, details },
  )
}

function flagsHelp(words: Words): string {
  const rows = flagList
    .filter(([name]) => name !== 'source' && name !== 'mask')
    .map(([name, { shape }]): [string, string] => [`--${name} ${shape}`, words.flags[name]])
  const width = Math.max(...rows.map(([flag]) => flag.length))
  return rows.map(([flag, help]) => `  ${flag.padEnd(width)}  ${help}`).join('\n')
}
