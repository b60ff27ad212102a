/** Random requests over everything that a person can ask for, for what the command line prints and reads again. */

import fc from 'fast-check'
import type { GivenPicture, ImagineRequest } from '../../../src/app/requests.ts'
import { promptSyntaxes, sigmaSpreads, timestepSpacings } from '../../../src/common/choices.ts'
import { presets } from '../../../src/engine/sampling/presets.ts'
import { samplerKinds } from '../../../src/engine/sampling/sampler-registry.ts'
import { schedules } from '../../../src/engine/sampling/schedule-registry.ts'
import { preprocessors } from '../../../src/engine/work-order.ts'

/** What there is to name and to give. */
export interface Choices {
  readonly names: {
    readonly vae: string
    readonly loras: readonly string[]
    readonly controls: readonly string[]
    readonly adapters: readonly string[]
  }
  readonly pictures: readonly GivenPicture[]
  readonly mask: GivenPicture
  readonly sizesPx: { readonly widths: readonly number[]; readonly heights: readonly number[] }
  readonly mostSteps: number
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

export function randomRequest({
  names,
  pictures,
  mask,
  sizesPx,
  mostSteps,
}: Choices): fc.Arbitrary<ImagineRequest> {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true })
  const weight = fc.constantFrom(-0.5, 0.8, 1)
  const picture = fc.constantFrom(...pictures)
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
      size: fc.record({
        widthPx: fc.constantFrom(...sizesPx.widths),
        heightPx: fc.constantFrom(...sizesPx.heights),
      }),
      seed: fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 32, Number.MAX_SAFE_INTEGER - 1000)),
      steps: fc.integer({ min: 1, max: mostSteps }),
      guidance,
      guidanceRescale: fraction,
      guidanceInterval: ascending,
      sampler: fc.constantFrom(...samplerKinds.map(({ name }) => name)),
      sigmas: fc.constantFrom(...sigmaSpreads),
      spacing: fc.constantFrom(...timestepSpacings),
      schedule: fc.constantFrom(...schedules.map(({ name }) => name)),
      churn: fc.double({ min: 0, max: 1000, noNaN: true }),
      eta: fraction,
      clipSkip: fc.integer({ min: 0, max: 10 }),
      syntax: fc.constantFrom(...promptSyntaxes),
      style: fc.constant('ink'),
      vae: fc.constant(names.vae),
      loras: fc.array(
        fc.record({ name: fc.constantFrom(...names.loras), unetWeight: weight, textWeight: weight }),
        {
          minLength: 1,
          maxLength: 2,
        },
      ),
      fast: fc.boolean(),
    },
    { requiredKeys: ['prompt'] },
  )

  const fewSteps = fc.constantFrom(...presets).chain(({ name, minSteps, maxSteps }) =>
    fc.record({
      preset: fc.constant(name),
      steps: fc.integer({ min: minSteps, max: Math.max(minSteps, Math.min(maxSteps, mostSteps)) }),
    }),
  )

  const refined = fc.oneof(
    fc.record({ refine: fc.constantFrom<ImagineRequest['refine']>(true, false, 'ensemble', 'after') }),
    some({
      refineStrength: strength,
      refineSteps: fc.integer({ min: 4, max: Math.max(4, mostSteps) }),
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
          name: fc.constantFrom(...names.controls),
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
    imagePrompts: fc.array(some({ name: fc.constantFrom(...names.adapters), scale: fraction }), {
      minLength: 1,
      maxLength: 2,
    }),
    promptPictures: fc.array(picture, { minLength: 1, maxLength: 1 }),
  })

  const nothing = fc.constant<Partial<ImagineRequest>>({})
  /** What belongs together comes together: few requests are refused. */
  return fc
    .tuple(
      alone,
      fc.oneof(nothing, fewSteps),
      fc.oneof(nothing, refined),
      fc.oneof(nothing, fromPicture, underMask),
      fc.oneof(nothing, controlled),
      fc.oneof(nothing, prompted),
    )
    .map((parts): ImagineRequest => Object.assign({}, ...parts))
}
