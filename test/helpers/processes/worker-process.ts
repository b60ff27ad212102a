/** `easel worker` as people start it, with the bundled model. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { builtCli } from './server-process.ts'

export class WorkerProcess {
  readonly lines: string[] = []
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
  readonly #child: ChildProcess
  #onLine: () => void = () => {}

  /** It ends with its test. */
  constructor(
    redisUrl: string,
    name: string,
    env: Record<string, string> = {},
    options: readonly string[] = [],
  ) {
    const child = spawn(
      process.execPath,
      [builtCli, 'worker', '--redis', redisUrl, '--name', name, ...options],
      { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    )
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', line => {
        this.lines.push(line)
        this.#onLine()
      })
    }
    this.ended = new Promise(resolve => {
      child.once('close', (code, signal) => resolve({ code, signal }))
    })
    onTestFinished(() => void child.kill('SIGKILL'))
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves when a line matches; rejects when the process ends first. */
  async says(pattern: RegExp): Promise<void> {
    for (;;) {
      if (this.lines.some(line => pattern.test(line))) return
      const line = new Promise<undefined>(resolve => {
        this.#onLine = () => resolve(undefined)
      })
      if (await Promise.race([line, this.ended])) throw new Error(`it ended: ${this.lines.join('\n')}`)
    }
  }
}
