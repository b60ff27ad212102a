/**
 * Checks the engine against a folder of golden numbers, one line per case; exit code 1 when any case fails.
 *
 *   npm run oracle -- DIR [--only TEXT]      a folder built like test/golden/oracle or test/golden/oracle-2
 *   npm run oracle -- DIR --part-one DIR     where the models of a folder without its own lie, if not beside it as `oracle`
 *   npm run oracle -- --demo DIR             a folder built like test/golden/demo, with the demo model
 *
 * With --device and --precision whole models and ControlNets run on that device; single networks stay on the CPU.
 */
import { existsSync, statSync } from 'node:fs'
import { Command, Option } from 'commander'
import { type Precision, precisions } from '../src/common/choices.ts'
import { withoutTf32 } from '../src/devices/device-workers.ts'
import { type CaseResult, type Checker, line, listCases, runCase } from './oracle/case.ts'
import { checkers } from './oracle/checkers.ts'
import { demoPictures, openDemoModels } from './oracle/end-to-end/demo.ts'
import { OracleFolder } from './oracle/folder.ts'

/** What makes a folder one of golden numbers: at least one of these subfolders. */
const subfolders = [
  ...['rng', 'text', 'schedulers', 'parts', 'e2e', 'models', 'lora', 'onnx', 'tokenizer-full'],
  ...['checkpoints', 'sizes', 'controlnet', 'samplers', 'embeddings', 'prompts', 'ip-adapter'],
]

const command = new Command('oracle')
  .argument('[folder]', 'folder of golden numbers')
  .option('--demo <folder>', 'folder of golden pictures of the demo model')
  .option('--part-one <folder>', 'folder with the models that a part two is built from')
  .option('--device <name>', 'where models run, such as cuda:0', 'cpu')
  .addOption(
    new Option('--precision <type>', 'what models compute in').choices(precisions).default('float32'),
  )
  .option('--only <text>', 'only cases whose name contains this text', '')
  .parse()
const options = command.opts<{
  demo?: string
  partOne?: string
  device: string
  precision: Precision
  only: string
}>()
const target = { device: options.device, precision: options.precision }
// The golden numbers are float32's, which CUDA's libraries would round to TF32.
if (target.precision === 'float32') Object.assign(process.env, { ...withoutTf32, ...process.env })
const folder = options.demo ?? command.args[0]

process.exitCode = folder === undefined ? complain('Name a folder of golden numbers.') : await check(folder)

async function check(folder: string): Promise<number> {
  const problem = options.demo === undefined ? problemOfOracle(folder) : problemOfDemo(folder)
  if (problem) return complain(problem)
  const oracle = new OracleFolder(folder, { partOne: options.partOne, target })
  try {
    return report(options.demo === undefined ? await runAll(oracle, checkers) : await runDemo(oracle))
  } finally {
    await oracle.close()
  }
}

async function runDemo(oracle: OracleFolder): Promise<CaseResult[]> {
  const models = await openDemoModels(target)
  try {
    return await runAll(oracle, [demoPictures(models)])
  } finally {
    await models.close()
  }
}

async function runAll(oracle: OracleFolder, chosen: readonly Checker[]): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for (const checker of chosen) {
    for (const oracleCase of await listCases(checker, oracle)) {
      if (!oracleCase.name.includes(options.only)) continue
      const result = await runCase(oracleCase)
      console.log(line(result))
      results.push(result)
    }
  }
  return results
}

function report(results: readonly CaseResult[]): number {
  const count = (verdict: CaseResult['verdict']): number =>
    results.filter(result => result.verdict === verdict).length
  console.log(`${count('pass')} passed, ${count('fail')} failed, ${count('not yet')} not yet`)
  return count('fail') > 0 ? 1 : 0
}

function problemOfOracle(folder: string): string | undefined {
  if (!isFolder(folder)) return `There is no folder ${folder}.`
  if (subfolders.some(name => isFolder(`${folder}/${name}`))) return undefined
  return `${folder} holds no golden numbers: none of ${subfolders.join(', ')} is in it.`
}

function problemOfDemo(folder: string): string | undefined {
  if (!isFolder(folder)) return `There is no folder ${folder}.`
  return existsSync(`${folder}/cases.json`)
    ? undefined
    : `${folder} holds no golden pictures: cases.json is missing.`
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

function complain(problem: string): number {
  console.error(`oracle: ${problem}`)
  return 1
}
