/** The models and the figures that the fake Easel tells of. */
import type { ModelView, StatsView } from '../../src/app/views/views.ts'

export const fakeModels: ModelView[] = [
  {
    name: 'demo',
    hash: 'a1b2c3d4',
    hasRefiner: true,
    isDefault: true,
    defaultSize: { widthPx: 128, heightPx: 128 },
    sizeStepPx: 8,
    defaultSampler: 'euler',
    defaultSteps: 20,
    defaultGuidance: 7,
    note: 'A tiny model for tests.',
  },
]

/** All jobs are one person's. */
export function fakeStats(period: { fromMs: number; toMs: number }, name: string, jobs: number): StatsView {
  const row = { name, jobs, pictures: 0, failures: 0, gpuSeconds: 1 }
  const sliceMs = (period.toMs - period.fromMs) / 7
  return {
    ...period,
    ...row,
    people: 1,
    cancelled: 0,
    waitMs: { p50: 100, p95: 1000 },
    runMs: { p50: 2000, p95: 4000 },
    byPerson: [row],
    byModel: [{ ...row, name: 'demo' }],
    byDevice: [{ ...row, name: 'cpu' }],
    timeline: [0, 1, 2, 3, 4, 5, 6].map(i => ({
      fromMs: period.fromMs + i * sliceMs,
      jobs: i + 1,
      failures: i % 2,
    })),
  }
}
