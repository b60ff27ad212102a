/** The way of a request to an order, and of a printed command to the order again: a shell, the grammar, its resolution. */
import { createHash } from 'node:crypto'
import type { GivenPicture, ImagineRequest } from '../../../src/app/requests.ts'
import { picturesOf } from '../../../src/app/resolve/request-pictures.ts'
import { type ResolveContext, resolve } from '../../../src/app/resolve/resolve.ts'
import { variantsOf, withWildcardsDrawn } from '../../../src/app/resolve/variants.ts'
import { Findings } from '../../../src/app/views/findings.ts'
import { parseCommand } from '../../../src/bots/grammar/command-line.ts'
import { commandText } from '../../../src/cli/command-text.ts'
import { loadConfig } from '../../../src/config/config.ts'
import type { PaintOrder } from '../../../src/engine/work-order.ts'
import { packageRoot } from '../../../src/system/paths.ts'
import { shellWords } from '../cli/shell-words.ts'

/** With a style whose own marks must come through. */
const config = {
  ...loadConfig(packageRoot, packageRoot),
  styles: [{ name: 'ink', prompt: 'an ink drawing of {prompt}, (wet:1.2)', negative: 'colour' }],
}

/** A picture that a person has as a file. */
export interface PersonsFile {
  readonly kind: 'bytes'
  readonly id: string
  readonly bytes: Buffer
  readonly widthPx: number
  readonly heightPx: number
}

export interface RoundTrip {
  /** The first order of a request; undefined where it is refused. */
  orderOf(request: ImagineRequest): PaintOrder | undefined
  /** What the command line makes of a printed command, with the files that `order` began from. */
  repeated(command: string, order: PaintOrder): PaintOrder | undefined
  /** The files by their ids in orders. */
  readonly sources: Readonly<Record<string, Uint8Array>>
}

export function roundTrip(catalogue: ResolveContext['catalogue'], files: readonly PersonsFile[]): RoundTrip {
  const fileWith = (pictureId: string) => files.find(({ bytes }) => hashOf(bytes) === pictureId)
  const orderOf: RoundTrip['orderOf'] = request => {
    const findings = new Findings()
    const random = { uint32: () => 7 }
    const [variant] = withWildcardsDrawn(
      variantsOf(request, config.limits, findings),
      config,
      random,
      findings,
    )
    if (!variant || findings.problems.length > 0) return undefined
    const pictures = new Map(
      [...picturesOf(request)].flatMap(([place, given]) => {
        const file = files.find(one => one === given)
        return file ? [[place, file] as const] : []
      }),
    )
    const resolved = resolve(variant, { catalogue, config, settings: {}, pictures, seed: 99 })
    return resolved.kind === 'order' ? resolved.order : undefined
  }
  const repeated: RoundTrip['repeated'] = (command, { source, controls = [], imagePrompts = [] }) => {
    const [name, text = ''] = shellWords(`easel ${command}`)
    const parsed = parseCommand(commandText([text]))
    if (name !== 'imagine' || parsed.problems !== undefined) return undefined
    const given = (id: string | undefined): GivenPicture | undefined =>
      id === undefined ? undefined : fileWith(id)
    const controlPictures = controls.flatMap(({ pictureId }) => given(pictureId) ?? [])
    const promptPictures = imagePrompts.flatMap(({ pictureId }) => given(pictureId) ?? [])
    return orderOf({
      ...parsed,
      source: given(source?.pictureId),
      mask: given(source?.maskId),
      ...(controlPictures.length > 0 && { controlPictures }),
      ...(promptPictures.length > 0 && { promptPictures }),
    })
  }
  const sources = Object.fromEntries(files.map(({ id, bytes }) => [id, bytes]))
  return { orderOf, repeated, sources }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
