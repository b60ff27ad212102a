/**
 * What Info prints makes the same order again: through the picture's own text, a shell, the grammar and its resolution. The
 * same order gives the same bytes (test/engine/pipeline/random-orders.test.ts); test/e2e/cli.test.ts compares bytes.
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { GivenPicture, ImagineRequest } from '../../src/app/requests.ts'
import { picturesOf } from '../../src/app/resolve/request-pictures.ts'
import { resolve } from '../../src/app/resolve/resolve.ts'
import { drawn, variantsOf } from '../../src/app/resolve/variants.ts'
import { Findings } from '../../src/app/views/findings.ts'
import { parseCommand } from '../../src/bots/grammar/command-line.ts'
import { commandText } from '../../src/cli/command-text.ts'
import { commandOf } from '../../src/cli/commands/info.ts'
import { loadConfig } from '../../src/config/config.ts'
import {
  buildParameters,
  parseParameters,
  workOrderOf,
} from '../../src/engine/image/parameters/parameters.ts'
import type { FileRecord } from '../../src/engine/models/file-record.ts'
import type { ModelRecord } from '../../src/engine/models/record.ts'
import { parametersOfPicture } from '../../src/engine/pipeline/picture-parameters.ts'
import { presets } from '../../src/engine/sampling/presets.ts'
import { samplerKinds } from '../../src/engine/sampling/registry.ts'
import { schedules } from '../../src/engine/sampling/schedules/registry.ts'
import { type PaintOrder, preprocessors, type WorkOrder } from '../../src/engine/work-order.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { fakeExpertParts, fakeStorage } from '../fakes/fake-models.ts'
import { demoModel } from '../helpers/build-test-easel.ts'

const config = {
  ...loadConfig(packageRoot, packageRoot),
  styles: [{ name: 'ink', prompt: 'an ink drawing of {prompt}, (wet:1.2)', negative: 'colour' }],
}
const shape = { cross_attention_dim: 2048, block_out_channels: [320, 640, 1280], layers_per_block: 2 }
const { networks } = fakeExpertParts
const model: ModelRecord = {
  ...demoModel,
  parts: { ...fakeExpertParts, networks: { ...networks, unet: { ...networks.unet, config: shape } } },
}
const net: FileRecord = {
  kind: 'controlnet',
  name: 'edges net',
  family: 'SDXL',
  hash: 'net-hash',
  storage: fakeStorage,
  controlNet: { ...networks.unet, config: shape },
}
const lora: FileRecord = { kind: 'lora', name: 'art/pixel', family: 'SDXL', hash: 'ab', storage: fakeStorage }
const adapter: FileRecord = {
  kind: 'ip-adapter',
  name: 'plus, face',
  family: 'SDXL',
  hash: 'adapter-hash',
  storage: fakeStorage,
  ipAdapter: { weights: networks.unet.weights, encoder: networks.unet, contextWidth: 2048 },
}
const vae: FileRecord = {
  kind: 'vae',
  name: 'sharp "vae"',
  family: 'SDXL',
  hash: 'vae-hash',
  storage: fakeStorage,
  vae: networks.vae,
}
const embedding: FileRecord = {
  kind: 'embedding',
  name: 'my-cat',
  family: 'SDXL',
  hash: 'cat-hash',
  storage: fakeStorage,
  embedding: [
    { tensor: 'clip_l', vectors: 2, width: 768, encoder: 'first' },
    { tensor: 'clip_g', vectors: 2, width: 1280, encoder: 'second' },
  ],
}
const catalogue = { models: [model], files: [net, lora, adapter, vae, embedding] }

/** A picture that a person has as a file. */
const aFile = (id: string) => ({
  kind: 'bytes' as const,
  id,
  bytes: Buffer.from(id),
  widthPx: 128,
  heightPx: 128,
})
const [first, second, mask] = [aFile('first'), aFile('second'), aFile('mask')]
const files = [first, second, mask]
const sources = Object.fromEntries(files.map(({ id, bytes }) => [id, bytes]))
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const fileWith = (pictureId: string) => files.find(({ bytes }) => hashOf(bytes) === pictureId)

/** The first order of a request; undefined where it is refused. */
function orderOf(request: ImagineRequest): PaintOrder | undefined {
  const findings = new Findings()
  const random = { uint32: () => 7 }
  const [variant] = drawn(variantsOf(request, config.limits, findings), config, random, findings)
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

/** The order that a picture has inside, after its text was written and read. */
function orderInPicture(order: WorkOrder): WorkOrder | undefined {
  const parameters = parametersOfPicture(order, 0, sources, { version: 'Easel', upscaler: 'Lanczos' })
  return workOrderOf(parseParameters(buildParameters(parameters)))
}

/** The words of a command line as a POSIX shell has them. */
function wordsOf(command: string): string[] {
  const script = `easel() { printf '%s\\0' "$@"; }\n${command}`
  const said = execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' })
  return said.split('\0').slice(0, -1)
}

/** What the command line makes of a printed command, with the files that `order` began from. */
function repeated(
  command: string,
  { source, controls = [], imagePrompts = [] }: PaintOrder,
): PaintOrder | undefined {
  const [name, text = ''] = wordsOf(`easel ${command}`)
  const parsed = parseCommand(commandText([text]))
  if (name !== 'imagine' || parsed.kind === 'refused') return undefined
  const given = (id: string | undefined): GivenPicture | undefined =>
    id === undefined ? undefined : fileWith(id)
  const controlPictures = controls.flatMap(({ pictureId }) => given(pictureId) ?? [])
  const promptPictures = imagePrompts.flatMap(({ pictureId }) => given(pictureId) ?? [])
  return orderOf({
    ...parsed.request,
    source: given(source?.pictureId),
    mask: given(source?.maskId),
    ...(controlPictures.length > 0 && { controlPictures }),
    ...(promptPictures.length > 0 && { promptPictures }),
  })
}

/** Everything that a shell, the grammar or a program's options might read as its own; no NUL, which no command can hold. */
const words = fc
  .oneof(
    fc.constantFrom(
      'a red circle',
      '<lora:pixel:0.8> cat',
      '-old man',
      '--seed is a flag',
      '-o out.png',
      '—no rain',
      '/imagine this',
      'my-cat, embedding:my-cat on a mat',
    ),
    fc.constantFrom(
      'it’s "50 % off" $HOME `id` \\',
      "it's",
      '“curly”',
      '"quoted"',
      'two\nlines',
      'a \u001b[31m b',
    ),
    fc.constantFrom(
      '{red} {blue\\,green}',
      '__any__',
      '(a:1.2) [b] BREAK c',
      '[a:b:0.5]',
      'a\\_b',
      '\u202eabc',
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc
      .array(fc.constantFrom('-', '"', "'", '\\', '\n', '{', '}', ',', '--no', '$(x)', ' ', 'a', '%s', '!'), {
        minLength: 1,
        maxLength: 12,
      })
      .map(parts => parts.join('')),
  )
  .map(text => text.replaceAll('\0', ''))

const fraction = fc.double({ min: 0, max: 1, noNaN: true })
const weight = fc.constantFrom(-0.5, 0.8, 1)
const picture = fc.constantFrom(first, second)
const ascending = fc.tuple(fraction, fraction).map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a]))
const strength = fc.double({ min: 0.3, max: 1, noNaN: true })
const guidance = fc.double({ min: 0, max: 50, noNaN: true })
/** Any of these fields. */
const some = <Fields>(fields: { [Key in keyof Fields]: fc.Arbitrary<Fields[Key]> }) =>
  fc.record(fields, { requiredKeys: [] })

const alone = fc.record(
  {
    prompt: words,
    prompt2: words,
    negative: words,
    size: fc.record({ widthPx: fc.constantFrom(64, 128, 136), heightPx: fc.constantFrom(64, 128) }),
    seed: fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER - 1000)),
    steps: fc.integer({ min: 1, max: 150 }),
    guidance,
    guidanceRescale: fraction,
    guidanceInterval: ascending,
    sampler: fc.constantFrom(...samplerKinds.map(({ name }) => name)),
    sigmas: fc.constantFrom('plain', 'karras', 'exponential', 'beta'),
    spacing: fc.constantFrom('leading', 'trailing', 'linspace'),
    schedule: fc.constantFrom(...schedules.map(({ name }) => name)),
    churn: fc.double({ min: 0, max: 1000, noNaN: true }),
    eta: fraction,
    clipSkip: fc.integer({ min: 0, max: 10 }),
    syntax: fc.constantFrom('a1111', 'comfyui', 'easel'),
    style: fc.constant('ink'),
    vae: fc.constant(vae.name),
    loras: fc.array(fc.record({ name: fc.constant('art/pixel'), unetWeight: weight, textWeight: weight }), {
      minLength: 1,
      maxLength: 2,
    }),
    fast: fc.boolean(),
  },
  { requiredKeys: ['prompt'] },
)

const fewSteps = fc
  .constantFrom(...presets)
  .chain(({ name, minSteps, maxSteps }) =>
    fc.record({ preset: fc.constant(name), steps: fc.integer({ min: minSteps, max: maxSteps }) }),
  )

const refined = fc.oneof(
  fc.record({ refine: fc.constantFrom<ImagineRequest['refine']>(true, false, 'ensemble', 'after') }),
  some({
    refineStrength: strength,
    refineSteps: fc.integer({ min: 4, max: 150 }),
    refineGuidance: guidance,
    refineScore: fc.double({ min: 0, max: 10, noNaN: true }),
  }).map(fields => ({ ...fields, refine: 'after' as const })),
  some({
    refineSplit: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    refineGuidance: guidance,
    refineScore: fc.double({ min: 0, max: 10, noNaN: true }),
  }).map(fields => ({ ...fields, refine: 'ensemble' as const })),
)

const fromPicture = fc.record({ source: picture, strength }, { requiredKeys: ['source'] })
const underMask = fc
  .tuple(
    fromPicture,
    some({
      softEdgePx: fc.integer({ min: 0, max: 32 }),
      pasteBack: fc.boolean(),
      onlyMasked: fc.oneof(fc.constant<false>(false), fc.integer({ min: 0, max: 256 })),
    }),
  )
  .map(([from, fields]) => ({ ...from, ...fields, mask }))

const controlled = fc.record({
  controls: fc.array(
    fc.record(
      {
        name: fc.constant(net.name),
        preprocessor: fc.constantFrom(...preprocessors),
        scale: fc.double({ min: 0, max: 2, noNaN: true }),
        range: ascending,
        guess: fc.constant(true),
      },
      { requiredKeys: ['name'] },
    ),
    { minLength: 1, maxLength: 2 },
  ),
  controlPictures: fc.array(picture, { minLength: 1, maxLength: 1 }),
})

const prompted = fc.record({
  imagePrompts: fc.array(some({ name: fc.constant(adapter.name), scale: fraction }), {
    minLength: 1,
    maxLength: 2,
  }),
  promptPictures: fc.array(picture, { minLength: 1, maxLength: 1 }),
})

const nothing = fc.constant<Partial<ImagineRequest>>({})
/** What belongs together comes together: few requests are refused. */
const request = fc
  .tuple(
    alone,
    fc.oneof(nothing, fewSteps),
    fc.oneof(nothing, refined),
    fc.oneof(nothing, fromPicture, underMask),
    fc.oneof(nothing, controlled),
    fc.oneof(nothing, prompted),
  )
  .map((parts): ImagineRequest => Object.assign({}, ...parts))

test('200 random orders', { timeout: 120_000 }, () => {
  const seed = Number(process.env.EASEL_FUZZ_SEED) || Date.now() % 2 ** 31
  console.log(`round trips of Info: EASEL_FUZZ_SEED=${seed}`)
  fc.assert(
    fc.property(request, wish => {
      const order = orderOf(wish)
      fc.pre(order !== undefined)
      if (!order) return
      const painted = orderInPicture(order)
      if (painted?.kind !== 'paint') throw new Error('the picture has lost its order')
      const command = commandOf(painted)
      const again = repeated(command, painted)
      expect(again && orderInPicture(again), command).toEqual(painted)
    }),
    { numRuns: 200, seed },
  )
})
