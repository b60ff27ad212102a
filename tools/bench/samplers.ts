/** Every sampler at the same number of steps: what a step costs, and how many times each calls the U-Net. */
import { createSampler } from '../../src/engine/sampling/create-sampler.ts'
import { sdxlSchedule } from '../../src/engine/sampling/diffusers/scheduler-config.ts'
import { samplerKinds } from '../../src/engine/sampling/sampler-registry.ts'
import { interleaved, timesOf } from './measure.ts'
import { duration, type Section } from './report.ts'
import type { Subject } from './subject.ts'

const steps = 20

export async function measureSamplers(subject: Subject, rounds: number): Promise<Section> {
  const ways = samplerKinds.map(kind => () => {
    const { sampling, ...order } = subject.order()
    return subject.paint({ ...order, sampling: { ...sampling, sampler: kind.name, steps } })
  })
  const paintings = await interleaved(ways, rounds)
  const measured = samplerKinds.map((kind, i) => {
    const calls = createSampler(kind, sdxlSchedule, steps).timesteps.length
    const perStep = timesOf((paintings[i] ?? []).map(({ timings }) => (timings.steps ?? 0) / steps))
    const outside = timesOf((paintings[i] ?? []).map(({ totalMs, insideMs }) => (totalMs - insideMs) / calls))
    return { kind, calls, perStep, outside }
  })
  return {
    name: 'samplers',
    title: `Samplers: ${steps} steps each, guidance 7`,
    columns: ['', 'calls', 'a step, median', 'a step, least', 'a call, least', 'outside, a call'],
    rows: measured.map(({ kind, calls, perStep, outside }) => [
      kind.label,
      calls,
      duration(perStep.medianMs),
      duration(perStep.leastMs),
      duration((perStep.leastMs * steps) / calls),
      duration(outside.leastMs),
    ]),
    notes: [
      'A call is one run of the U-Net over both sides of the guidance; it costs the same under every sampler.',
      'Outside: everything but the runtime, decoding and file included, divided by the calls.',
    ],
    figures: Object.fromEntries(
      measured.flatMap(({ kind, perStep }) => [
        [`${kind.name}.stepMs`, perStep.medianMs],
        [`${kind.name}.leastStepMs`, perStep.leastMs],
      ]),
    ),
  }
}
