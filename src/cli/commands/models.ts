/** `easel models`: the models, the files used with models, and the unused files of the folders. */
import type { Command } from 'commander'
import { problem } from '../../app/problems.ts'
import { writeLock } from '../../engine/models/hashes/lock.ts'
import type { ModelRecord } from '../../engine/models/record.ts'
import { readUnpinned } from '../../startup/model-library.ts'
import { errorSentence, problemSentence, type Words } from '../../words/en.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  exitCodes,
  libraryOf,
  newCommand,
  type RunCommand,
} from '../session.ts'

interface ModelsOptions extends CommonOptions {
  lock?: boolean
}

export function modelsCommand(words: Words, run: RunCommand): Command {
  return newCommand('models', words)
    .option('--lock', words.cli.options.lock)
    .action((options: ModelsOptions) =>
      run(options, session => (options.lock ? lock(session) : list(session))),
    )
}

/** Pins every model to its current hash, also if models.lock has another one. */
async function lock({ config, words, out }: CommandSession): Promise<ExitCode> {
  const catalogue = await readUnpinned(config)
  const file = await writeLock(catalogue, config.modelsDir)
  out(words.cli.locked(file, catalogue.models.length + catalogue.files.length))
  return exitCodes.done
}

async function list(session: CommandSession): Promise<ExitCode> {
  const { config, words, out, err } = session
  const { models, files, unused } = await libraryOf(session)
  if (models.length + files.length + unused.length === 0) err(words.cli.noModels(config.modelsDir))
  for (const model of models) {
    out(lineOf(model, session))
    const remark = schedulerRemark(model, session)
    if (remark !== undefined) err(`${model.name}: ${remark}`)
  }
  for (const line of new Set(models.flatMap(model => refinerLines(model, session)))) out(line)
  for (const { kind, name, family, hash, storage } of files) {
    out(
      words.cli.model(
        `${words.cli.fileKinds[kind]} ${name}`,
        words.cli.fileFacts(family, storage, shown(hash)),
      ),
    )
  }
  for (const { name, error } of unused) err(`${name}: ${errorSentence(words, error)}`)
  return exitCodes.done
}

function lineOf(model: ModelRecord, { config, words }: CommandSession): string {
  const { name, nativeSidePx, sizeStepPx, refiner, storage, hash } = model
  const sizes = words.cli.modelFacts(nativeSidePx, sizeStepPx, refiner !== undefined)
  const facts = `${sizes}, ${words.cli.fileFacts('SDXL', storage, shown(hash))}`
  return `${words.cli.model(name, facts)}${name === config.defaultModel ? ` ${words.cli.isDefault}` : ''}`
}

/** Several Bases may share a Refiner. */
function refinerLines({ refiner }: ModelRecord, { words }: CommandSession): string[] {
  if (!refiner) return []
  const facts = words.cli.fileFacts('SDXL', refiner.storage, shown(refiner.hash))
  return [words.cli.model(`${words.cli.refiner} ${refiner.name}`, facts)]
}

/** A sampler of the model's own that is not supported, and the one that replaces it. */
function schedulerRemark({ name, scheduler, sampler = '' }: ModelRecord, { words }: CommandSession) {
  const notBuilt = scheduler?.notBuilt
  return (
    notBuilt && problemSentence(words, problem('scheduler-not-built', { model: name, sampler, ...notBuilt }))
  )
}

/** The part of a hash that is shown. */
function shown(hash: string): string {
  return hash.slice(0, 10)
}
