/**
 * Checks graphics cards in one go of some minutes, with nothing from a registry: the golden networks on each device in both
 * precisions, then pictures of a full-size model, and the same in torch where python3 has it. Prints one table.
 *
 *   npm run gpu-check -- [--device cuda:0 webgpu] [--model DIR] [--size 1024] [--steps 30] [--libraries DIR] [--torch]
 *
 * Rehearse it without a card: npm run gpu-check -- --device cpu --model models --size 64 --steps 2
 */
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Command } from 'commander'
import { listCards } from '../src/devices/cards.ts'
import { linkCudaLibraries } from '../src/devices/cuda-libraries.ts'
import { memoryHashCache } from '../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../src/engine/models/library.ts'
import type { ModelRecord } from '../src/engine/models/record.ts'
import { tryDevice } from '../src/engine/onnx/session.ts'
import type { Precision } from '../src/engine/onnx/variants/variant.ts'
import { packageRoot } from '../src/system/paths.ts'
import { duration, print } from './bench/report.ts'
import { checkNetworks } from './gpu-check/networks.ts'
import { checkPicture } from './gpu-check/pictures.ts'
import { OracleFolder } from './oracle/folder.ts'

const command = new Command('gpu-check')
  .option('--device <names...>', 'what to check', ['cuda:0', 'webgpu'])
  .option('--model <folder>', 'a models folder, such as `npm run full-size` writes')
  .option('--size <px>', 'side of the pictures', Number, 1024)
  .option('--steps <n>', 'steps of a picture', Number, 30)
  .option('--libraries <folder>', 'CUDA’s libraries; set LD_LIBRARY_PATH to it as well')
  .option('--torch', 'the same U-Net call in torch on the card (python3 with torch and safetensors)')
  .parse()
const options = command.opts<{
  device: string[]
  model?: string
  size: number
  steps: number
  libraries?: string
  torch?: boolean
}>()

const rows: string[][] = []
let failed = 0
if (options.libraries) linkCudaLibraries(options.libraries)
for (const card of (await listCards(process.env)) ?? []) {
  console.log(`cuda:${card.ordinal} ${card.name}, ${card.memoryMib} MiB, driver ${card.driver}`)
}
const model = options.model === undefined ? undefined : await modelIn(options.model)
for (const device of options.device) {
  for (const precision of ['float32', 'float16'] as const) await check(device, precision)
}
if (options.torch && model) {
  for (const device of options.device.filter(name => name !== 'webgpu')) {
    for (const type of ['float32', 'float16']) {
      rows.push([`torch ${device}`, type, `U-Net, ${options.size} px`, await torch(model, device, type)])
    }
  }
}
console.log(
  print({
    name: 'gpu-check',
    title: `GPU check, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}`,
    columns: ['device', 'precision', 'what', 'result'],
    rows,
    notes: failed === 0 ? ['Everything is within its limits.'] : [`${failed} beyond their limits.`],
    figures: { failed },
  }),
)
process.exitCode = failed === 0 ? 0 : 1

async function check(device: string, precision: Precision): Promise<void> {
  const row = (what: string, result: string) => rows.push([device, precision, what, result])
  const unusable = await tryDevice(device, precision).then(() => undefined, String)
  if (unusable !== undefined) {
    row('opening', unusable)
    return
  }
  const oracle = new OracleFolder(join(packageRoot, 'test/golden/oracle'))
  for (const { network, error, limit, fault } of await checkNetworks(oracle, device, precision)) {
    const isWithin = error <= limit
    if (!isWithin) failed += 1
    const numbers = `${error.toExponential(1)} of ${limit.toExponential(1)}`
    row(network, fault ?? (isWithin ? numbers : `${numbers}: BEYOND`))
  }
  await oracle.close()
  if (!model) return
  for (const withRefiner of model.refiner ? [false, true] : [false]) {
    const what = `${options.size} px, ${options.steps} steps${withRefiner ? ', Refiner' : ''}`
    const request = { sidePx: options.size, steps: options.steps, withRefiner }
    const result = await checkPicture(model, device, precision, request).then(
      ({ firstMs, nextMs, peakMib }) =>
        [
          `first ${duration(firstMs)}, next ${duration(nextMs)}`,
          ...(peakMib === undefined ? [] : [`${peakMib} MiB`]),
        ].join(', '),
      error => String(error),
    )
    row(what, result)
  }
}

async function modelIn(folder: string): Promise<ModelRecord> {
  const { models } = await readModels({ roots: [folder], linkTargets: [], cache: memoryHashCache() })
  const [first] = models
  return first ?? command.error(`gpu-check: ${folder} holds no model`)
}

/** A guided U-Net call in torch, as tools/bench/torch/unet.py prints its figures. */
async function torch({ parts }: ModelRecord, device: string, type: string): Promise<string> {
  const { weights } = parts.networks.unet
  if (weights.layout !== 'folder') return 'needs a model as a folder'
  const script = join(packageRoot, 'tools/bench/torch/unet.py')
  const run = promisify(execFile)('python3', [
    script,
    weights.folder,
    String(options.size),
    '3',
    device,
    type,
  ])
  return run.then(({ stdout }) => stdout.trim(), String)
}
