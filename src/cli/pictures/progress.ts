/** Shows the progress of a picture: a bar on a terminal, plain lines in a file or a pipe. */
import { SingleBar } from 'cli-progress'
import { withVisibleControls } from '../../common/visible-controls.ts'
import type { Fetching } from '../../remote/presence/records.ts'
import type { MakingProgress } from '../../startup/model-weights.ts'
import type { Words } from '../../words/en.ts'
import type { Terminal } from '../session.ts'

export interface ProgressDisplay {
  loading(model: string): void
  step(step: number, steps: number): void
  end(): void
}

/** The number of steps per picture that are written to a file or a pipe, besides the first. */
const reportedSteps = 4

/** Writes to the terminal of `stream`, which must not be the stream of the result; without a terminal it calls `print`. */
export function showProgress(
  stream: Terminal,
  print: (line: string) => void,
  { cli }: Words,
): ProgressDisplay {
  return stream.isTTY ? bar(stream, cli) : lines(print, cli)
}

/** Shows files that are read or made before painting: a line with the name and size, and a bar on a terminal. */
export function showMaking(stream: Terminal, print: (line: string) => void, { cli }: Words): MakingProgress {
  const format = ' {bar} {percentage} %'
  let single: SingleBar | undefined
  return {
    reading: (file, sizeBytes) => print(cli.readingWeights(file, sizeBytes)),
    begin(model, form, file, sizeBytes) {
      print(cli.makingWeights[form](model, file, sizeBytes))
      if (!stream.isTTY) return
      single = new SingleBar({ format, stream, barsize: 30, clearOnComplete: true, hideCursor: true })
      single.start(sizeBytes, 0)
    },
    written: doneBytes => single?.update(doneBytes),
    end() {
      single?.stop()
      single = undefined
    },
  }
}

/** Shows models that are fetched from another machine: a line for each quarter of one, and a bar on a terminal. */
export function showFetching(
  stream: Terminal,
  showLine: (fetching: Fetching) => void,
): { update(fetching: Fetching): void; end(): void } {
  const format = ' {bar} {percentage} %'
  let single: SingleBar | undefined
  let reported: { name: string; quarter: number } | undefined
  const end = () => {
    single?.stop()
    single = undefined
  }
  return {
    update(fetching) {
      const { name, doneBytes, totalBytes } = fetching
      const quarter = Math.floor((4 * doneBytes) / Math.max(1, totalBytes))
      const isNew = reported?.name !== name
      if (isNew) end()
      if (isNew || (!stream.isTTY && reported?.quarter !== quarter)) showLine(fetching)
      reported = { name, quarter }
      if (!stream.isTTY) return
      single ??= new SingleBar({ format, stream, barsize: 30, clearOnComplete: true, hideCursor: true })
      if (isNew) single.start(totalBytes, doneBytes)
      single.update(doneBytes)
    },
    end,
  }
}

function bar(stream: Terminal, cli: Words['cli']): ProgressDisplay {
  const format = ` {bar} {percentage} %  {label}`
  const single = new SingleBar({ format, stream, barsize: 30, clearOnComplete: true, hideCursor: true })
  let started = false
  let [stepNow, stepsNow] = [0, 1]
  const update = (step: number, steps: number, label: string) => {
    if (started) single.setTotal(steps)
    else single.start(steps, step, { label })
    started = true
    single.update(step, { label })
    stepNow = step
    stepsNow = steps
  }
  return {
    // Weights may also be loaded between two steps; the bar does not move.
    loading: model => update(stepNow, stepsNow, withVisibleControls(cli.loading(model))),
    step: (step, steps) => update(step, steps, cli.step(step, steps)),
    end: () => single.stop(),
  }
}

function lines(print: (line: string) => void, cli: Words['cli']): ProgressDisplay {
  /** Every network of a model reports its loading; it is shown once until the next step. */
  let reported: string | undefined
  return {
    loading(model) {
      if (model !== reported) print(cli.loading(model))
      reported = model
    },
    step(step, steps) {
      reported = undefined
      const partOf = (done: number) => Math.floor((done * reportedSteps) / steps)
      if (step === 1 || partOf(step) > partOf(step - 1)) print(cli.step(step, steps))
    },
    end: () => {},
  }
}
