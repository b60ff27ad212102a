/** The built command line as people use it: one run, from its words to its exit code. */
import { spawn } from 'node:child_process'
import { builtCli } from './server-process.ts'

export interface CliRun {
  code: number | null
  out: string
  err: string
}

export interface CliOptions {
  cwd: string
  /** Left out: that of the tests. */
  uid?: number
  env?: NodeJS.ProcessEnv
  /** Ctrl-C as soon as standard error says this. */
  interruptAt?: string
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  return run(process.execPath, [builtCli, ...args], options)
}

/** A line for a shell in which `easel` is the built command. */
export function runShell(line: string, options: CliOptions): Promise<CliRun> {
  return run('/bin/sh', ['-c', `easel() { '${process.execPath}' '${builtCli}' "$@"; }\n${line}`], options)
}

function run(
  command: string,
  args: readonly string[],
  { interruptAt, ...options }: CliOptions,
): Promise<CliRun> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let interrupted = false
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', text => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    said.err += text
    if (interrupted || interruptAt === undefined || !said.err.includes(interruptAt)) return
    interrupted = true
    child.kill('SIGINT')
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...said }))
  })
}
