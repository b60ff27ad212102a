/** A command is written so that it reads back to the same request. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { requestOf } from '../../../src/app/derive/request-of-job.ts'
import type { ImagineRequest } from '../../../src/app/requests.ts'
import { formatCommand, formatRequest, parseCommand } from '../../../src/bots/grammar/command-line.ts'
import { type Bounds, bounds } from '../../../src/common/bounds.ts'
import { paintOrder, preprocessors } from '../../../src/engine/work-order.ts'
import { jobView } from '../../helpers/job-views.ts'

function request(text: string): ImagineRequest {
  const read = parseCommand(text)
  if (read.problems !== undefined) throw new Error(`not read: ${JSON.stringify(read.problems)}`)
  return read
}

const typedText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc
    .array(fc.constantFrom('a cat', '--seed 3', '—no', '"', '“', '”', '\\', '\n', '/imagine', '--', '=', ' '))
    .map(parts => parts.join(' ')),
)
const fraction = fc.double({ min: 0, max: 1, noNaN: true }).map(value => value + 0)
const within = (range: Bounds) => fc.double({ ...range, noNaN: true }).map(value => value + 0)
const interval = fc
  .tuple(fraction, fraction)
  .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)])
const pictureName = fc.stringMatching(/^[0-9a-z]{1,16}$/)
/** As files are named: by what stands before the extension, with folders. */
const fileName = fc.stringMatching(/^[a-zA-Z][\w /.-]{0,20}\w$/)

/** As an order's LoRAs are written: the second weight where it differs. A name may end like a weight. */
const lora = fc
  .record({
    name: fc.oneof(
      fileName,
      fileName.map(name => `${name}:1`),
    ),
    unetWeight: within(bounds.loraWeight),
    textWeight: within(bounds.loraWeight),
  })
  .map(({ textWeight, ...one }) => (textWeight === one.unetWeight ? one : { ...one, textWeight }))

const anyRequest: fc.Arbitrary<ImagineRequest> = fc.record(
  {
    prompt: typedText,
    negative: typedText,
    prompt2: typedText,
    aspect: fc.record({ width: fc.integer({ min: 1, max: 99 }), height: fc.integer({ min: 1, max: 99 }) }),
    size: fc.record({
      widthPx: fc.integer({ min: 1, max: 9999 }),
      heightPx: fc.integer({ min: 1, max: 9999 }),
    }),
    count: fc.integer(),
    seed: fc.integer(bounds.seed),
    steps: fc.integer(),
    guidance: within(bounds.guidance),
    guidanceRescale: within(bounds.guidanceRescale),
    guidanceInterval: interval,
    sampler: fc.string({ minLength: 1 }),
    sigmas: fc.constantFrom('plain', 'karras', 'exponential', 'beta'),
    spacing: fc.constantFrom('leading', 'trailing', 'linspace'),
    eta: within(bounds.eta),
    churn: within(bounds.churn),
    preset: fc.string(),
    model: fc.string(),
    style: fc.string(),
    clipSkip: fc.integer(bounds.clipSkip),
    source: fc.record({ kind: fc.constant('stored'), pictureId: pictureName }),
    strength: within(bounds.strength),
    onlyMasked: fc.oneof(fc.constant(false as const), fc.integer(bounds.maskPadding)),
    softEdgePx: fc.integer(bounds.softEdge),
    pasteBack: fc.boolean(),
    controls: fc.array(
      fc.record(
        {
          name: fileName,
          pictureId: pictureName,
          preprocessor: fc.constantFrom(...preprocessors),
          scale: within(bounds.controlScale),
          range: interval,
          guess: fc.constant(true),
        },
        { requiredKeys: ['name'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    imagePrompts: fc.array(
      fc.record(
        { name: fileName, pictureId: pictureName, scale: within(bounds.imagePromptScale) },
        { requiredKeys: ['name'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    loras: fc.array(lora, { minLength: 1, maxLength: 3 }),
    refine: fc.constantFrom(true, false, 'ensemble' as const, 'after' as const),
    refineStrength: within(bounds.strength),
    refineSteps: fc.integer(),
    refineSplit: within(bounds.refineSplit),
    refineGuidance: within(bounds.guidance),
    refineScore: within(bounds.refineScore),
    fast: fc.boolean(),
    repeat: fc.integer(),
  },
  { requiredKeys: ['prompt'] },
)

describe('a command is written so that it reads back', () => {
  it('every request is the same after writing and reading', () => {
    fc.assert(
      fc.property(anyRequest, wanted => {
        expect(request(formatRequest(wanted))).toEqual(wanted)
      }),
      { numRuns: 2000 },
    )
  })

  it('every painted job gives a request with all values of its order', () => {
    const order = fc.record({
      kind: fc.constant('paint'),
      model: fc.record(
        {
          name: fc.string({ minLength: 1 }),
          hash: fc.string(),
          vae: fc.record({ name: fc.string({ minLength: 1 }), hash: fc.string() }),
        },
        { requiredKeys: ['name', 'hash'] },
      ),
      prompt: fc.record({ positive: typedText, negative: fc.option(typedText) }),
      widthPx: fc.integer({ min: 1, max: 4096 }),
      heightPx: fc.integer({ min: 1, max: 4096 }),
      count: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(),
      sampling: fc.record({
        sampler: fc.constantFrom('euler', 'dpmpp-2m'),
        sigmas: fc.constantFrom('model', 'karras'),
        spacing: fc.constantFrom('model', 'trailing'),
        steps: fc.integer({ min: 1, max: 150 }),
        guidance: fraction,
        guidanceRescale: fraction,
      }),
      source: fc.option(
        fc.record(
          {
            pictureId: pictureName,
            maskId: pictureName,
            strength: within(bounds.strength),
            inpainting: fc.record(
              {
                softEdgePx: fc.integer(bounds.softEdge),
                onlyMasked: fc.record({
                  paddingPx: fc.integer(bounds.maskPadding),
                  widthPx: fc.integer({ min: 1, max: 4096 }),
                  heightPx: fc.integer({ min: 1, max: 4096 }),
                }),
              },
              { requiredKeys: ['softEdgePx'] },
            ),
          },
          { requiredKeys: ['pictureId', 'strength'] },
        ),
        { nil: undefined },
      ),
      controls: fc.option(
        fc.array(
          fc
            .record({
              model: fc.record({ name: fileName, hash: fc.string() }),
              pictureId: pictureName,
              preprocessor: fc.constantFrom(...preprocessors),
              scale: within(bounds.controlScale),
              range: interval,
              guess: fc.boolean(),
            })
            .map(({ range: [start, end], ...control }) => ({ ...control, start, end })),
          { minLength: 1, maxLength: 3 },
        ),
        { nil: undefined },
      ),
      imagePrompts: fc.option(
        fc.array(
          fc.record({
            model: fc.record({ name: fileName, hash: fc.string() }),
            pictureId: pictureName,
            scale: within(bounds.imagePromptScale),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        { nil: undefined },
      ),
      loras: fc.option(
        fc.array(
          lora.map(one => ({ textWeight: one.unetWeight, ...one, hash: 'hash' })),
          { minLength: 1, maxLength: 3 },
        ),
        { nil: undefined },
      ),
    })
    fc.assert(
      fc.property(order, fc.nat(3), (given, index) => {
        const job = jobView({ order: paintOrder.parse(given) })
        expect(request(formatCommand(job) ?? '')).toEqual(requestOf(job))
        expect(request(formatCommand(job, index) ?? '')).toMatchObject({ seed: given.seed + index, count: 1 })
      }),
    )
  })

  it('leaves plain prompts unquoted and says everything that matters', () => {
    expect(formatCommand(jobView())).toBe(
      '/imagine a red circle on a blue background --size 128x128 --n 1 --seed 7 --steps 20 --cfg 7 --sampler euler --model demo --refine off',
    )
  })
})
