/**
 * Whatever lies in a scheduler_config.json or in a file of textual inversion: a clear refusal, or a right read.
 * EASEL_FUZZ_RUNS sets how many files (`npm run fuzz` has 100,000), EASEL_FUZZ_SEED repeats.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSampler } from '../../src/engine/sampling/create-sampler.ts'
import { schedulerClasses } from '../../src/engine/sampling/diffusers/scheduler-classes.ts'
import { configFor, parseSchedule } from '../../src/engine/sampling/diffusers/scheduler-config.ts'
import { takesSchedules } from '../../src/engine/sampling/sampler-names.ts'
import { samplerKinds } from '../../src/engine/sampling/sampler-registry.ts'
import { describeEmbedding, readEmbeddingVectors } from '../../src/engine/text/embedding-file.ts'
import { readSafetensorsHeader } from '../../src/engine/weights/safetensors.ts'
import { AppError } from '../../src/errors/errors.ts'
import { safetensorsBytes } from '../helpers/models/safetensors.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const runs = Number(process.env.EASEL_FUZZ_RUNS ?? 4_000)
const seed = Number(process.env.EASEL_FUZZ_SEED ?? 20_261_126)
/** A file of textual inversion is written to the disk, which costs more. */
const embeddingRuns = Math.ceil(runs / 5)
console.log(
  `mutations of schedules and embeddings: EASEL_FUZZ_SEED=${seed}, ${runs} and ${embeddingRuns} in all`,
)

/** Anything but a fault with a code is a defect. */
function isRefusal(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'model-config' || error.code === 'model-file')
}

const keys = [...new Set(Object.values(schedulerClasses).flatMap(({ defaults }) => Object.keys(defaults)))]
const value = fc.oneof(
  fc.boolean(),
  fc.constantFrom(null, 0, 1, -1, 0.5, 1000, 1e9, Number.MAX_SAFE_INTEGER, '', 'linear', 'scaled_linear'),
  fc.constantFrom('epsilon', 'v_prediction', 'leading', 'trailing', 'karras', 'zero', 'sigma_min', 'heun'),
  fc.double(),
  fc.string({ maxLength: 8 }),
  fc.array(fc.double(), { maxLength: 3 }),
)
const schedulerFile = fc
  .tuple(
    fc.constantFrom(...Object.keys(schedulerClasses), 'SASolverScheduler', undefined),
    fc.dictionary(fc.constantFrom(...keys), value, { maxKeys: 4 }),
  )
  .map(([className, changes]) => {
    const defaults = schedulerClasses[className ?? '']?.defaults ?? {}
    return { ...defaults, _class_name: className, ...changes }
  })

test(`${runs} scheduler_config.json`, { timeout: 600_000 }, () => {
  fc.assert(
    fc.property(
      schedulerFile,
      fc.constantFrom(...samplerKinds),
      fc.integer({ min: 1, max: 8 }),
      (json, kind, steps) => {
        try {
          const schedule = parseSchedule(json, 'scheduler_config.json')
          const config = configFor(schedule, kind, false)
          if (config.edm && !takesSchedules(kind)) return
          // A schedule of hundreds of thousands of training steps is right and slow.
          if (config.trainTimesteps > 2000) return
          const { timesteps, initNoiseSigma } = createSampler(
            kind,
            config,
            Math.min(steps, config.trainTimesteps),
          )
          expect(timesteps.length).toBeGreaterThan(0)
          expect(initNoiseSigma).toBeGreaterThan(0)
        } catch (error) {
          if (!isRefusal(error)) throw error
        }
      },
    ),
    { numRuns: runs, seed },
  )
})

const tensor = fc.record({
  dtype: fc.constantFrom('F32', 'F16', 'BF16', 'I64', 'U8', 'F8_E4M3'),
  shape: fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 3 }),
  slack: fc.constantFrom(0, 0, 0, -1, 4),
})
const bytesOf: Readonly<Record<string, number>> = { F32: 4, F16: 2, BF16: 2, I64: 8, U8: 1, F8_E4M3: 1 }

test(`${embeddingRuns} files of textual inversion`, { timeout: 600_000 }, async () => {
  const file = join(tempFolder(), 'embedding.safetensors')
  const name = fc.constantFrom('clip_l', 'clip_g', 'emb_params', '<cat>', '__metadata__', 'a.b')
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, tensor, { maxKeys: 3 }),
      fc.nat({ max: 64 }),
      async (tensors, cut) => {
        let end = 0
        const header = Object.entries(tensors).map(([key, { dtype, shape, slack }]) => {
          const begin = end
          end += Math.max(shape.reduce((all, side) => all * side, bytesOf[dtype] ?? 1) + slack, 0)
          return [key, { dtype, shape, data_offsets: [begin, end] }]
        })
        const bytes = safetensorsBytes(JSON.stringify(Object.fromEntries(header)), new Uint8Array(end))
        writeFileSync(file, cut < 8 ? bytes.subarray(0, bytes.length - cut) : bytes)
        try {
          for (const part of describeEmbedding(file, await readSafetensorsHeader(file))) {
            const vectors = await readEmbeddingVectors(file, part.tensor)
            expect(vectors).toHaveLength(part.vectors)
            expect(vectors.every(vector => vector.length === part.width)).toBe(true)
          }
        } catch (error) {
          if (!isRefusal(error)) throw error
        }
      },
    ),
    { numRuns: embeddingRuns, seed },
  )
})
