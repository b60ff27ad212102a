/** `easel info FILE`: shows how a picture was made, from the file alone, and the command that reproduces it. */
import { extname } from 'node:path'
import type { Command } from 'commander'
import { requestOf } from '../../app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../app/requests.ts'
import { readForeignPicture } from '../../app/views/foreign-picture.ts'
import { formatRequest } from '../../bots/grammar/command-line.ts'
import { foreignTable } from '../../bots/messages/foreign-info.ts'
import { parameterTable } from '../../bots/messages/parameters.ts'
import { machineKeys, type PictureParameters, workOrderOf } from '../../engine/image/parameters/parameters.ts'
import { type Provenance, readFullProvenance } from '../../engine/image/parameters/read-parameters.ts'
import type { WorkOrder } from '../../engine/work-order.ts'
import type { Words } from '../../words/en.ts'
import { readPicture } from '../pictures/picture-file.ts'
import {
  type CommandSession,
  type CommonOptions,
  exitCodes,
  libraryOf,
  newCommand,
  type RunCommand,
} from '../session.ts'
import { shellQuote } from '../shell-quote.ts'

export function infoCommand(words: Words, run: RunCommand): Command {
  return newCommand('info', words)
    .argument('<file>')
    .action((file: string, options: CommonOptions) => run(options, session => show(session, file)))
}

async function show(session: CommandSession, file: string) {
  const { words, surroundings, out, err } = session
  const { bytes } = await readPicture(file, surroundings)
  const provenance = await readFullProvenance(bytes)
  if (provenance?.parameters === undefined) {
    err(`easel: ${unknownReason(provenance, file, words)}`)
    return exitCodes.fault
  }
  const order = workOrderOf(provenance.parameters)
  for (const [name, value] of tableOf(order, provenance.parameters, words)) {
    out(`${name}: ${value}`)
  }
  if (provenance.program !== undefined && !order) out(words.cli.writtenBy(provenance.program))
  out(provenance.aiMade ? words.cli.aiMade : words.cli.notMarked)
  if (order) await showCommand(session, order, file)
  else await showNearest(session, bytes, file)
  return exitCodes.done
}

function unknownReason(
  provenance: Provenance | undefined,
  file: string,
  { cli }: CommandSession['words'],
): string {
  if (!provenance) return cli.notAPicture(file)
  return provenance.unread.length > 0
    ? cli.formatOfParametersUnknown(file, provenance.unread)
    : cli.noParameters(file)
}

function tableOf(
  order: WorkOrder | undefined,
  parameters: PictureParameters,
  words: CommandSession['words'],
): [string, string][] {
  if (order === undefined) return foreignTable(parameters, words)
  if (order.kind !== 'upscale') return parameterTable({ order, promptAsTyped: '' }, 0, words)
  // The text also contains what the order lacks: how the source was painted.
  const extra = new Map([...parameters.extra].filter(([key]) => !machineKeys.has(key)))
  return [...foreignTable({ ...parameters, extra }, words), [words.parameters.source, order.source.pictureId]]
}

async function showCommand(session: CommandSession, order: WorkOrder, file: string): Promise<void> {
  const { words, out } = session
  out('')
  out(words.cli.again)
  out(`easel ${commandOf(order)} -o again${extname(file)}`)
  if (order.kind === 'upscale') return out(words.cli.againFromSource(order.source.pictureId))
  if (order.source) out(words.cli.againFromSource(order.source.pictureId))
  if (order.source?.maskId !== undefined) out(words.cli.againUnderMask(order.source.maskId))
  if (order.kind === 'paint') {
    const { controls = [], imagePrompts = [] } = order
    for (const [i, { model, pictureId }] of controls.entries())
      out(words.cli.againUnderControl(model.name, `CONTROL-${i + 1}`, pictureId))
    for (const [i, { pictureId }] of imagePrompts.entries())
      out(words.cli.againByPrompt(`PROMPT-${i + 1}`, pictureId))
  }
  const { models } = await libraryOf(session)
  const own = models.find(({ name }) => name === order.model.name)
  const hash = order.kind === 'refine' ? own?.refiner?.hash : own?.hash
  if (hash !== order.model.hash) out(words.cli.otherModel(order.model.name))
}

/** The nearest command to another program's settings. */
async function showNearest(session: CommandSession, bytes: Uint8Array, file: string): Promise<void> {
  const { words, out } = session
  const picture = await readForeignPicture(bytes, await libraryOf(session))
  if (picture.kind !== 'parameters') return
  out('')
  out(words.info.nearestCommand)
  out(`easel imagine ${quoteRequest(picture.request)} -o again${extname(file)}`)
}

/** FILE, MASK and so on are placeholders for pictures whose paths Easel does not know. */
export function commandOf(order: WorkOrder): string {
  switch (order.kind) {
    case 'upscale':
      return `upscale FILE --factor ${order.factor}`
    case 'refine': {
      const { prompt, source, sampling, aesthetic, seed } = order
      const flags = `--strength ${source.strength} --steps ${sampling.steps} --cfg ${sampling.guidance} --score ${aesthetic.positive} --seed ${seed}`
      return `refine FILE ${flags} --prompt ${shellQuote(prompt.positive)}`
    }
    case 'paint': {
      const request = requestOf({ order })
      if (!request) return ''
      const { source, mask, controls, imagePrompts, ...rest } = request
      const guided = {
        ...rest,
        ...(controls && { controls: controls.map(withoutPicture) }),
        ...(imagePrompts && { imagePrompts: imagePrompts.map(withoutPicture) }),
      }
      const files = [
        ...(source ? ['--init FILE'] : []),
        ...(mask ? ['--mask MASK'] : []),
        ...(controls ?? []).map((_, i) => `--control-picture CONTROL-${i + 1}`),
        ...(imagePrompts ?? []).map((_, i) => `--prompt-picture PROMPT-${i + 1}`),
      ]
      return ['imagine', quoteRequest(guided), ...files].join(' ')
    }
  }
}

/** The request as a single argument for a shell. */
function quoteRequest(request: ImagineRequest): string {
  // A leading dash would be read as an option, so the command's name is put first; the grammar accepts it.
  const text = formatRequest(request)
  const bare = text.replace(/^\/imagine /, '')
  return shellQuote(bare.startsWith('-') ? text : bare)
}

function withoutPicture<Item extends { pictureId?: string }>({ pictureId: _, ...rest }: Item) {
  return rest
}
