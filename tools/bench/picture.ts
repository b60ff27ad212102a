/** Loading a model and painting one picture: how long, and how much of it is not arithmetic. */
import { interleaved, median, timesOf } from './measure.ts'
import { duration, percent, type Section, times } from './report.ts'
import { openSubject, type Subject, type SubjectOptions } from './subject.ts'

/**
 * Seconds that the reference (diffusers on torch, the same 20 steps of Euler at guidance 7) takes for a picture of the
 * bundled model on two cores; models/demo/RECIPE.md, section 5, and a second measurement.
 */
const referenceMs = { least: 740, most: 840 }

export async function measurePicture(
  subject: Subject,
  options: SubjectOptions,
  rounds: number,
): Promise<Section> {
  const loads = await measureLoads(options, Math.min(rounds, 5))
  const { totalMs: firstMs } = await subject.paint(subject.order())
  // A server has painted for a while: JavaScript is compiled as it runs, which the first fifty small pictures pay for.
  const repeats = firstMs < 500 ? 12 : 1
  const [paintings = []] = await interleaved([() => subject.paint(subject.order())], repeats * rounds)
  const total = timesOf(paintings.map(({ totalMs }) => totalMs))
  const steps = timesOf(paintings.map(({ timings }) => timings.steps ?? 0))
  const decode = timesOf(paintings.map(({ timings }) => timings.decode ?? 0))
  const file = timesOf(paintings.map(({ timings }) => timings.file ?? 0))
  // The median of shares: a picture that the system interrupted says nothing about the program.
  const outside = median(paintings.map(({ totalMs, insideMs }) => 1 - insideMs / totalMs))
  const isDemo = subject.record.name === 'demo'
  const { widthPx, heightPx } = subject.order()
  return {
    name: 'picture',
    title: `One picture: ${subject.record.name}, ${widthPx}×${heightPx}, Euler, 20 steps, guidance 7`,
    columns: ['', 'median', 'least'],
    rows: [
      ['load the model', duration(loads.medianMs), duration(loads.leastMs)],
      ['a step', duration(steps.medianMs / 20), duration(steps.leastMs / 20)],
      ['decode', duration(decode.medianMs), duration(decode.leastMs)],
      ['write the PNG', duration(file.medianMs), duration(file.leastMs)],
      ['a picture', duration(total.medianMs), duration(total.leastMs)],
    ],
    notes: [
      `${percent(outside)} of the time is spent outside the runtime's own run (aim: under 5 %).`,
      ...(isDemo
        ? [
            `The reference takes ${referenceMs.least} to ${referenceMs.most} ms on two cores: ${times(referenceMs.least / total.medianMs)} its speed at the least (aim: 2×).`,
          ]
        : []),
    ],
    figures: {
      loadMs: loads.medianMs,
      stepMs: steps.medianMs / 20,
      decodeMs: decode.medianMs,
      fileMs: file.medianMs,
      pictureMs: total.medianMs,
      pictureLeastMs: total.leastMs,
      outsideShare: outside,
    },
  }
}

/** Opens the model anew each time; the files are in the system's cache. */
async function measureLoads(options: SubjectOptions, rounds: number) {
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) {
    const fresh = await openSubject(options)
    const order = fresh.order()
    const sampling = { ...order.sampling, steps: 1 }
    samples.push((await fresh.paint({ ...order, sampling })).timings.load ?? 0)
    await fresh.close()
  }
  return timesOf(samples)
}
