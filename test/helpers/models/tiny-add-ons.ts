/** The golden data's ControlNets and IP-Adapters for tiny-base, laid out as a models folder. */
import { execFileSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileRecord } from '../../../src/engine/models/file-record.ts'
import { memoryHashCache } from '../../../src/engine/models/hashes/hash-cache.ts'
import { readModels } from '../../../src/engine/models/library.ts'

const golden = fileURLToPath(new URL('../../golden/oracle-2/', import.meta.url))

/**
 * Builds net-b and net-a under its original names, both IP-Adapters and their image encoder into `folder`, from the expanded
 * models of part one.
 */
export function buildTinyAddOns(models: string, folder: string): void {
  for (const filter of ['controlnet/net-b', 'controlnet/net-a-original', 'ip-adapter/']) {
    execFileSync(process.execPath, [join(golden, 'expand.mjs'), models, folder, filter])
  }
  const config = 'controlnet/net-b/config.json'
  cpSync(join(golden, config), join(folder, config))
  cpSync(join(golden, 'ip-adapter/image_encoder'), join(folder, 'ip-adapter/image_encoder'), {
    recursive: true,
  })
}

/** What Easel makes of that folder. */
export async function readTinyAddOns(folder: string): Promise<FileRecord[]> {
  const { files } = await readModels({ roots: [folder], linkTargets: [], cache: memoryHashCache() })
  return files
}
