/**
 * Runs the long forms of the tests, round by round, and keeps what they measured in a file: whoever interrupts it goes on
 * from there. A part that is done is not run again.
 *
 *   npm run test:long -- [PART …] [--amount N] [--again] [--json FILE]
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { z } from 'zod'
import { packageRoot } from '../../src/system/paths.ts'
import { isLongPart, type LongPart, longPartNames, longParts } from './parts.ts'

const round = z.object({
  at: z.string(),
  amount: z.number(),
  seed: z.number(),
  seconds: z.number(),
  passed: z.boolean(),
  figures: z.array(z.string()),
})
type Round = z.infer<typeof round>
const record = z.record(z.string(), z.array(round))

const command = new Command('test:long')
  .argument('[parts...]', `of ${longPartNames.join(', ')}; all of them where none is named`)
  .option('--amount <n>', 'so much of each in place of the whole', Number)
  .option('--again', 'from the beginning, also what is done')
  .option('--json <file>', 'where the figures are kept', join(packageRoot, 'dist', 'long-tests.json'))
  .parse()
const { amount, again, json } = command.opts<{ amount?: number; again?: boolean; json: string }>()
const asked = command.args.length > 0 ? command.args : longPartNames
const rounds = existsSync(json) ? record.parse(JSON.parse(readFileSync(json, 'utf8'))) : {}

for (const name of asked) {
  if (!isLongPart(name)) command.error(`test:long: no part ${name}; there are ${longPartNames.join(', ')}`)
  else if (!(await runPart(name, longParts[name]))) process.exitCode = 1
}

/** False where a round failed: the seed that fails is in the file. */
async function runPart(name: string, part: LongPart): Promise<boolean> {
  const kept = (again ? [] : (rounds[name] ?? [])).filter(({ passed }) => passed)
  const wanted = amount ?? part.total
  let done = kept.reduce((sum, one) => sum + one.amount, 0)
  while (done < wanted) {
    const result = await runRound(part, Math.min(part.perRound, wanted - done))
    kept.push(result)
    rounds[name] = kept
    writeFileSync(json, `${JSON.stringify(rounds, null, 1)}\n`)
    if (!result.passed) {
      process.stdout.write(`${name}: failed after ${done} ${part.unit}, seed ${result.seed}\n`)
      return false
    }
    done += result.amount
    process.stdout.write(`${name}: ${done} of ${wanted} ${part.unit}\n`)
    for (const figure of result.figures) process.stdout.write(`  ${figure}\n`)
  }
  return true
}

function runRound(part: LongPart, size: number): Promise<Round> {
  const startedMs = Date.now()
  const seed = startedMs % 2 ** 31
  const vitest = join(packageRoot, 'node_modules', 'vitest', 'vitest.mjs')
  const child = spawn(process.execPath, [vitest, 'run', ...part.files], {
    cwd: packageRoot,
    env: { ...process.env, NO_COLOR: '1', ...part.env(size, seed) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    said += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', code => {
      if (code !== 0) process.stdout.write(said)
      resolve({
        at: new Date(startedMs).toISOString(),
        amount: size,
        seed,
        seconds: Math.round((Date.now() - startedMs) / 1000),
        passed: code === 0,
        figures: said.split('\n').filter(line => part.figures.test(line)),
      })
    })
  })
}
