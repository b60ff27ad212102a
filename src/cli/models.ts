/** `easel models`: what can be painted with, and what lies in the folder and cannot. */
import type { Command } from 'commander'
import { readLibrary } from '../model-library.ts'
import { errorSentence } from '../words/en.ts'
import { type CommonOptions, exitCodes, newCommand, runCommand } from './session.ts'

export function modelsCommand(): Command {
  return newCommand('models').action((options: CommonOptions) =>
    runCommand(options, async ({ config, words, out, err }) => {
      const { models, broken } = await readLibrary(config)
      if (models.length + broken.length === 0) err(words.cli.noModels(config.modelsDir))
      for (const { name, nativeSidePx, sizeStepPx, refiner, hash } of models) {
        const facts = words.cli.modelFacts(nativeSidePx, sizeStepPx, refiner !== undefined, hash.slice(0, 10))
        const mark = name === config.defaultModel ? ` ${words.cli.isDefault}` : ''
        out(`${words.cli.model(name, facts)}${mark}`)
      }
      for (const { name, error } of broken) err(`${name}: ${errorSentence(words, error)}`)
      return exitCodes.done
    }),
  )
}
