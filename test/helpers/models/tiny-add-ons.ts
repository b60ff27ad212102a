/** The golden data's ControlNets and IP-Adapters for tiny-base, laid out as a models folder. */
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'
import { goldenFolder } from './golden-folder.ts'

/** Builds net-b and net-a under its original names, both IP-Adapters and their image encoder into `folder`, as copies. */
export async function buildTinyAddOns(folder: string): Promise<void> {
  const golden = goldenFolder('oracle-2')
  for (const filter of ['controlnet/net-b', 'controlnet/net-a-original', 'ip-adapter/']) {
    cpSync(await golden.built(filter), folder, { recursive: true })
  }
  for (const path of ['controlnet/net-b/config.json', 'ip-adapter/image_encoder']) {
    cpSync(golden.path(path), join(folder, path), { recursive: true })
  }
}

/** What Easel makes of that folder. */
export async function readTinyAddOns(folder: string): Promise<FileRecord[]> {
  const { files } = await readModels({ roots: [folder], linkTargets: [], cache: memoryHashCache() })
  return files
}
