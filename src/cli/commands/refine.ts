/** `easel refine FILE`: the Refiner's image to image on a picture, with the parameters stored in the picture. */
import type { Command } from 'commander'
import { checkPicture } from '../../app/checks/check-picture.ts'
import { deriveRefinement, type Recipe } from '../../app/derive/derive.ts'
import { requestOfParameters } from '../../app/derive/request-of-parameters.ts'
import { problem } from '../../app/problems.ts'
import { resolve } from '../../app/resolve/resolve.ts'
import { checkStrength } from '../../app/resolve/resolve-refinement.ts'
import { checkRanges } from '../../app/resolve/resolve-sampling.ts'
import { findByName, suggestions } from '../../app/views/catalogue.ts'
import { Findings } from '../../app/views/findings.ts'
import { bounds } from '../../common/bounds.ts'
import { recipeOf as recipeIn } from '../../engine/image/parameters/parameters.ts'
import { readFullProvenance } from '../../engine/image/parameters/read-parameters.ts'
import type { ModelCatalogue } from '../../engine/models/library.ts'
import type { RefineOrder } from '../../engine/work-order.ts'
import { systemRandom } from '../../system/system-ports.ts'
import { problemSentence, type Words } from '../../words/en.ts'
import { paintToFiles } from '../pictures/paint.ts'
import { readPicture, withSuffix } from '../pictures/picture-file.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  libraryOf,
  newCommand,
  numberReader,
  type RunCommand,
  refuse,
} from '../session.ts'
import { refuseProblems } from './imagine.ts'

interface RefineOptions extends CommonOptions {
  output?: string
  strength?: number
  steps?: number
  cfg?: number
  score?: number
  seed?: number
  prompt?: string
}

export function refineCommand(words: Words, run: RunCommand): Command {
  const { options } = words.cli
  return newCommand('refine', words)
    .argument('<file>')
    .option('-o, --output <file>', options.output)
    .option('--strength <number>', options.strength, numberReader(words))
    .option('--steps <number>', options.steps, numberReader(words))
    .option('--cfg <number>', options.guidance, numberReader(words))
    .option('--score <number>', options.score, numberReader(words))
    .option('--seed <number>', options.seed, numberReader(words))
    .option('--prompt <text>', options.prompt)
    .action((file: string, given: RefineOptions) => run(given, session => refine(session, file, given)))
}

async function refine(session: CommandSession, file: string, options: RefineOptions): Promise<ExitCode> {
  const { config, words } = session
  const picture = await readPicture(file, session.surroundings)
  const { widthPx, heightPx } = await checkPicture(picture.bytes)
  const catalogue = await libraryOf(session)
  const findings = new Findings()
  const recipe = await recipeOf(session, picture.bytes, options.prompt, catalogue, findings)
  if (!recipe) {
    return findings.problems.length > 0
      ? refuseProblems(session, findings.problems)
      : refuse(session, [words.cli.unknownMaking(file)])
  }
  const model = findByName(catalogue.models, recipe.model.name)
  if (!model) {
    const known = suggestions(
      catalogue.models.map(({ name }) => name),
      recipe.model.name,
    )
    return refuseProblems(session, [problem('model-unknown', { name: recipe.model.name, known })])
  }
  const source = { id: picture.id, widthPx, heightPx, seed: recipe.seed }
  const derived = deriveRefinement(recipe, source, { model, config }, findings)
  const order = derived && adjust(derived, options)
  if (order) check(order, config.limits.maxSteps, findings)
  if (!order || findings.problems.length > 0) return refuseProblems(session, findings.problems)
  return paintToFiles(session, catalogue, [order], [picture], options.output ?? withSuffix(file, 'refined'))
}

/** The prompt from the options, otherwise from the picture's parameters. */
async function recipeOf(
  { config, words, err }: CommandSession,
  bytes: Uint8Array,
  prompt: string | undefined,
  catalogue: ModelCatalogue,
  findings: Findings,
): Promise<Recipe | undefined> {
  const { parameters, program } = (await readFullProvenance(bytes)) ?? {}
  const painted = parameters && recipeIn(parameters)
  if (painted) return painted
  const stored = parameters && requestOfParameters(parameters, catalogue, program)
  const request = { ...stored, prompt: prompt ?? stored?.prompt ?? '' }
  if (request.prompt === '') return undefined
  const resolved = resolve(request, { catalogue, config, settings: {}, seed: systemRandom.uint32() })
  if (resolved.kind === 'refused') {
    findings.problems.push(...resolved.problems)
    return undefined
  }
  for (const notice of resolved.notices) err(`easel: ${problemSentence(words, notice)}`)
  return resolved.order
}

function adjust(
  order: RefineOrder,
  { strength, steps, cfg, score, seed, prompt }: RefineOptions,
): RefineOrder {
  return {
    ...order,
    seed: seed ?? order.seed,
    prompt: { ...order.prompt, positive: prompt ?? order.prompt.positive },
    sampling: {
      ...order.sampling,
      steps: steps ?? order.sampling.steps,
      guidance: cfg ?? order.sampling.guidance,
    },
    aesthetic: { ...order.aesthetic, positive: score ?? order.aesthetic.positive },
    source: { ...order.source, strength: strength ?? order.source.strength },
  }
}

function check(
  { source, sampling, aesthetic, seed }: RefineOrder,
  maxSteps: number,
  findings: Findings,
): void {
  findings.inRange('strength', source.strength, bounds.strength)
  findings.wholeInRange('steps', sampling.steps, { min: 1, max: maxSteps })
  checkRanges(sampling, findings)
  findings.inRange('score', aesthetic.positive, bounds.refineScore)
  findings.wholeInRange('seed', seed, bounds.seed)
  if (findings.problems.length === 0) checkStrength(source.strength, sampling.steps, findings)
}
