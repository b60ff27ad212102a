/** How far a picture is: a bar where a person watches a terminal, plain lines where a file or a pipe listens. */
import { SingleBar } from 'cli-progress'
import type { Words } from '../words/en.ts'

export interface Progress {
  loading(model: string): void
  step(step: number, steps: number): void
  end(): void
}

/** Writes to `stream`, which should not be the one that the result goes to. */
export function showProgress(stream: NodeJS.WriteStream, { cli }: Words): Progress {
  return stream.isTTY ? bar(stream, cli) : lines(stream, cli)
}

function bar(stream: NodeJS.WriteStream, cli: Words['cli']): Progress {
  const format = ` {bar} {percentage} %  {label}`
  const single = new SingleBar({ format, stream, barsize: 30, clearOnComplete: true, hideCursor: true })
  let started = false
  const update = (step: number, steps: number, label: string) => {
    if (started) single.setTotal(steps)
    else single.start(steps, step, { label })
    started = true
    single.update(step, { label })
  }
  return {
    loading: model => update(0, 1, cli.loading(model)),
    step: (step, steps) => update(step, steps, cli.step(step, steps)),
    end: () => single.stop(),
  }
}

function lines(stream: NodeJS.WriteStream, cli: Words['cli']): Progress {
  return {
    loading: model => stream.write(`${cli.loading(model)}\n`),
    step: (step, steps) => stream.write(`${cli.step(step, steps)}\n`),
    end: () => {},
  }
}
