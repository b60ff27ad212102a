/** `easel upscale FILE`: enlarges any picture. */
import { type Command, Option } from 'commander'
import { checkPicture } from '../../app/checks/check-picture.ts'
import { deriveUpscale } from '../../app/derive/derive.ts'
import { Findings } from '../../app/views/findings.ts'
import type { Words } from '../../words/en.ts'
import { paintToFiles } from '../pictures/paint.ts'
import { readPicture, withSuffix } from '../pictures/picture-file.ts'
import {
  type CommandSession,
  type CommonOptions,
  type ExitCode,
  newCommand,
  type RunCommand,
} from '../session.ts'
import { refuseProblems } from './imagine.ts'

interface UpscaleOptions extends CommonOptions {
  output?: string
  factor: '2' | '4'
}

export function upscaleCommand(words: Words, run: RunCommand): Command {
  const { options } = words.cli
  return newCommand('upscale', words)
    .argument('<file>')
    .option('-o, --output <file>', options.output)
    .addOption(new Option('--factor <number>', options.factor).choices(['2', '4']).default('2'))
    .action((file: string, given: UpscaleOptions) => run(given, session => upscale(session, file, given)))
}

async function upscale(session: CommandSession, file: string, options: UpscaleOptions): Promise<ExitCode> {
  const picture = await readPicture(file, session.surroundings)
  const { widthPx, heightPx } = await checkPicture(picture.bytes)
  const findings = new Findings()
  const factor = options.factor === '4' ? 4 : 2
  const order = deriveUpscale({ id: picture.id, widthPx, heightPx }, factor, session.config, findings)
  if (findings.problems.length > 0) return refuseProblems(session, findings.problems)
  const output = options.output ?? withSuffix(file, `x${factor}`)
  // Upscaling needs no model.
  return paintToFiles(session, { models: [], files: [] }, [order], [picture], output)
}
