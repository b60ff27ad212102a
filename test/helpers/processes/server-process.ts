/** The built program as people start it, with the bundled model, over a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { shellQuote } from '../../../src/cli/shell-quote.ts'
import { packageRoot } from '../../../src/system/paths.ts'

export const builtCli = join(packageRoot, 'dist/bin/easel.js')

/** Between two looks into a database: a busy loop would take the core that the server paints on. */
const pollMs = 10

/** How a process ended, and everything that it said. */
export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  lines: string[]
}

export class ServerProcess {
  readonly folder = mkdtempSync(join(tmpdir(), 'easel-e2e-'))
  readonly dataDir = join(this.folder, 'data')
  readonly #settings: string
  readonly #env: Record<string, string>
  readonly #way: 'direct' | 'shell'
  #child: ChildProcess | undefined
  #ended: Promise<Ended> | undefined
  /** Resolves each time that a line comes. */
  #onLine: () => void = () => {}
  /** What the current process said so far. */
  lines: string[] = []
  url = ''

  /** `settings` is YAML besides `dataDir` and `web`; `way`: signals go to the program itself, or to a shell around it. */
  constructor(
    settings = 'logLevel: error',
    env: Record<string, string> = {},
    way: 'direct' | 'shell' = 'direct',
  ) {
    this.#settings = settings
    this.#env = env
    this.#way = way
  }

  /** Resolves with the first line that names an address; on the port of before where there was one. */
  async start(): Promise<void> {
    this.launch()
    const said = await this.says(/http:\/\/127\.0\.0\.1:\d+\//)
    this.url = said[0]
  }

  /** Starts it and waits for nothing. */
  launch(): void {
    const port = this.url === '' ? 0 : Number(new URL(this.url).port)
    const config = join(this.folder, 'easel.yaml')
    writeFileSync(config, `dataDir: data\nweb:\n  port: ${port}\n${this.#settings}\n`)
    this.#spawn(config)
  }

  /** Resolves when the running server's database answers the question with a row. */
  async records(sql: string, ...values: string[]): Promise<void> {
    const db = new Sqlite(join(this.dataDir, 'easel.sqlite'), { readonly: true })
    const question = db.prepare(sql)
    while (question.get(...values) === undefined) await setTimeout(pollMs)
    db.close()
  }

  /** Resolves with the first match among the lines, those of the past included; rejects when the process ends first. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      for (const line of this.lines) {
        const match = pattern.exec(line)
        if (match) return match
      }
      const line = new Promise<undefined>(resolve => {
        this.#onLine = () => resolve(undefined)
      })
      const ended = await Promise.race([line, this.#ended])
      if (ended) throw new Error(`it ended with ${ended.code ?? ended.signal}: ${ended.lines.join('\n')}`)
    }
  }

  /** Sends a signal, if the process still runs, and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<Ended> {
    this.#child?.kill(signal)
    return this.ended
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  get ended(): Promise<Ended> {
    return this.#ended ?? Promise.resolve({ code: null, signal: null, lines: [] })
  }

  /** Ends what runs and takes the folder away. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  #spawn(config: string): void {
    const command = [process.execPath, builtCli, 'serve', '--config', config]
    // The second command keeps the shell from becoming the first.
    const shell = ['/bin/sh', '-c', `${command.map(shellQuote).join(' ')}; true`]
    const [file = '', ...args] = this.#way === 'shell' ? shell : command
    const child = spawn(file, args, {
      cwd: this.folder,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const lines: string[] = []
    this.#child = child
    this.lines = lines
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', line => {
        lines.push(line)
        this.#onLine()
      })
    }
    this.#ended = new Promise(resolve => {
      // `close`: by then everything that it said has come.
      child.once('close', (code, signal) => resolve({ code, signal, lines }))
    })
  }
}
