/**
 * Writes a model with SDXL's own configs, names and sizes and random weights: what full size costs can be measured with it.
 *
 *   npm run full-size -- DIR [--single-file] [--only base]
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { componentsOf, type ExpertName, expertNames } from './full-size/experts.ts'
import { writeFolder } from './full-size/folder-layout.ts'
import { writeSingleFile } from './full-size/single-file.ts'

/** As Stability's own files are called. */
const singleFiles: Readonly<Record<ExpertName, string>> = {
  base: 'sd_xl_base_1.0.safetensors',
  refiner: 'sd_xl_refiner_1.0.safetensors',
}

const command = new Command('full-size')
  .argument('<folder>', 'where the model goes: 6.9 GB of the Base and 6.1 GB of the Refiner')
  .option('--single-file', 'one file for each expert, with the names of its authors')
  .option('--only <expert>', `of ${expertNames.join(', ')}`)
  .parse()

const [folder = ''] = command.args
const { only, singleFile } = command.opts<{ only?: string; singleFile?: boolean }>()
const experts = expertNames.filter(name => only === undefined || name === only)
if (experts.length === 0) command.error(`full-size: no expert ${only}; there are ${expertNames.join(', ')}`)

await mkdir(folder, { recursive: true })
for (const expert of experts) {
  const path = join(folder, singleFile ? singleFiles[expert] : expert)
  const write = singleFile ? writeSingleFile : writeFolder
  await write(path, expert, await componentsOf(expert))
  console.log(`${expert}: ${path}`)
}
