/**
 * Checks graphics cards within ten minutes, with nothing from a registry: the golden networks on each device in both
 * precisions, then pictures of a full-size model, and the same in torch where python3 has it. Prints one table.
 *
 *   npm run gpu-check -- [--device cuda:0 webgpu] [--model DIR] [--size 1024] [--steps 30] [--libraries DIR] [--torch] [--minutes 10]
 *     [--only networks cases pictures torch]
 *
 * Rehearse it without a card: npm run gpu-check -- --device cpu --model models --size 64 --steps 2
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command, Option } from 'commander'
import { type Precision, precisions } from '../src/common/choices.ts'
import { linkCudaLibraries } from '../src/devices/cuda-libraries.ts'
import { withoutTf32 } from '../src/devices/device-workers.ts'
import { listGpus } from '../src/devices/gpus.ts'
import { memoryHashCache } from '../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../src/engine/models/library.ts'
import type { ModelRecord } from '../src/engine/models/record.ts'
import { tryDevice } from '../src/engine/onnx/session.ts'
import { toAppError } from '../src/errors/errors.ts'
import { packageRoot } from '../src/system/paths.ts'
import { en, errorSentence } from '../src/words/en.ts'
import { duration, print } from './bench/report.ts'
import { checkGoldenCases, type GoldenCaseResult, summaryOf } from './gpu-check/golden-cases.ts'
import { checkNetworks, type NetworkResult } from './gpu-check/networks.ts'
import { type Part, type Row, runParts } from './gpu-check/parts.ts'
import { checkPicture } from './gpu-check/pictures.ts'
import { OracleFolder } from './oracle/folder.ts'

/** The kinds of parts, in the order in which they run. */
const kinds = ['networks', 'pictures', 'torch', 'cases'] as const
type Kind = (typeof kinds)[number]

const command = new Command('gpu-check')
  .option('--device <names...>', 'what to check', ['cuda:0', 'webgpu'])
  .option('--model <folder>', 'a models folder, such as `npm run full-size` writes')
  .option('--size <px>', 'side of the pictures', Number, 1024)
  .option('--steps <n>', 'steps of a picture', Number, 30)
  .option('--libraries <folder>', 'CUDA’s libraries; set LD_LIBRARY_PATH to it as well')
  .option('--minutes <n>', 'the most that all of it may take', Number, 10)
  .option('--torch', 'the same U-Net call in torch on the card (python3 with torch and safetensors)')
  .addOption(new Option('--only <kinds...>', 'leave the other kinds of parts out').choices(kinds))
  .parse()
const options = command.opts<{
  device: string[]
  model?: string
  size: number
  steps: number
  libraries?: string
  minutes: number
  torch?: boolean
  only?: readonly Kind[]
}>()

// The golden numbers are float32's. Pictures are painted in processes of their own, by the environment of a server.
const environment = { CUDA_DEVICE_ORDER: 'PCI_BUS_ID', ...process.env }
Object.assign(process.env, withoutTf32, environment)
try {
  if (options.libraries) linkCudaLibraries(options.libraries)
} catch (error) {
  command.error(`gpu-check: ${errorSentence(en, toAppError(error))}`)
}
for (const card of (await listGpus(environment)) ?? []) {
  console.log(`cuda:${card.ordinal} ${card.name}, ${card.memoryMib ?? '?'} MiB, driver ${card.driver}`)
}
const model = options.model === undefined ? undefined : await modelIn(options.model)
const partsOf: Readonly<Record<Kind, (device: string) => Part[]>> = {
  networks: device => precisions.map(precision => networksPart(device, precision)),
  pictures: device => precisions.flatMap(precision => pictureParts(device, precision)),
  torch: torchParts,
  cases: device => precisions.map(precision => goldenCasesPart(device, precision)),
}
const parts = kinds
  .filter(kind => options.only?.includes(kind) ?? true)
  .flatMap(kind => options.device.flatMap(partsOf[kind]))
const rows = await runParts(parts, 60_000 * options.minutes, () => performance.now())
const failed = rows.filter(row => row.isFailed).length
console.log(
  print({
    name: 'gpu-check',
    title: `GPU check, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}`,
    columns: ['device', 'precision', 'what', 'result'],
    rows: rows.map(({ device, precision, what, result }) => [device, precision, what, result]),
    notes:
      failed === 0
        ? ['Everything that was measured is within its limits.']
        : [`${failed} beyond their limits, or without numbers.`],
    figures: { failed },
  }),
)
process.exitCode = failed === 0 ? 0 : 1

function networksPart(device: string, precision: Precision): Part {
  return {
    device,
    precision,
    what: 'golden networks',
    async run() {
      await tryDevice(device, precision)
      const oracle = new OracleFolder(join(packageRoot, 'test/golden/oracle'))
      try {
        return (await checkNetworks(oracle, device, precision)).map(networkRow)
      } finally {
        await oracle.close()
      }
    },
  }
}

function goldenCasesPart(device: string, precision: Precision): Part {
  const what = 'golden cases'
  const target = { device, precision }
  const results: GoldenCaseResult[] = []
  const rowOfResults = (): Row => {
    const { result, isWithin } = summaryOf(results, target)
    return { what, result: isWithin ? result : `${result}: BEYOND`, isFailed: !isWithin }
  }
  return {
    device,
    precision,
    what,
    async run(signal) {
      await checkGoldenCases(target, signal, results)
      return [rowOfResults()]
    },
    soFar: () => (results.length === 0 ? [] : [rowOfResults()]),
  }
}

function networkRow({ network, error, limit, fault }: NetworkResult): Row {
  const isWithin = error <= limit
  const numbers = `${error.toExponential(1)} of ${limit.toExponential(1)}`
  return { what: network, result: fault ?? (isWithin ? numbers : `${numbers}: BEYOND`), isFailed: !isWithin }
}

function pictureParts(device: string, precision: Precision): Part[] {
  if (!model) return []
  return (model.refiner ? [false, true] : [false]).map(withRefiner => {
    const what = `${options.size} px, ${options.steps} steps${withRefiner ? ', Refiner' : ''}`
    return {
      device,
      precision,
      what,
      async run(signal) {
        const request = { sidePx: options.size, steps: options.steps, withRefiner }
        const { firstMs, nextMs, peakMib } = await checkPicture(model, device, precision, request, {
          env: environment,
          signal,
        })
        const memory = peakMib === undefined ? [] : [`${peakMib} MiB`]
        return [
          { what, result: [`first ${duration(firstMs)}, next ${duration(nextMs)}`, ...memory].join(', ') },
        ]
      },
    }
  })
}

function torchParts(device: string): Part[] {
  if (!options.torch || !model || device === 'webgpu') return []
  return precisions.map(precision => {
    const what = `U-Net, ${options.size} px`
    return {
      device: `torch ${device}`,
      precision,
      what,
      run: async signal => [{ what, result: await torch(model, device, precision, signal) }],
    }
  })
}

async function modelIn(folder: string): Promise<ModelRecord> {
  const { models } = await readModels({ roots: [folder], linkTargets: [], cache: memoryHashCache() })
  const [first] = models
  return first ?? command.error(`gpu-check: ${folder} holds no model`)
}

/** A guided U-Net call in torch, as tools/bench/torch/unet.py prints its figures. */
async function torch(
  { parts }: ModelRecord,
  device: string,
  type: Precision,
  signal: AbortSignal,
): Promise<string> {
  const { weights } = parts.networks.unet
  if (weights.layout !== 'folder') return 'needs a model as a folder'
  const script = join(packageRoot, 'tools/bench/torch/unet.py')
  const args = [script, weights.folder, String(options.size), '3', device, type]
  const { stdout } = await promisify(execFile)('python3', args, { signal })
  return stdout.trim()
}
