/** The golden data's ControlNet and IP-Adapters for tiny-base, as records. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { FileRecord } from '../../src/engine/models/file-record.ts'
import type { NetworkPart } from '../../src/engine/networks/parts.ts'

const golden = fileURLToPath(new URL('../golden/oracle-2/', import.meta.url))
const about: Pick<FileRecord, 'family' | 'storage'> = {
  family: 'SDXL',
  storage: { layout: 'file', path: golden, bytes: 0, dtypes: [] },
}

/** Builds their weights below `folder`, from the expanded models of part one. */
export function buildTinyAddOns(models: string, folder: string): FileRecord[] {
  for (const filter of ['controlnet/net-b', 'ip-adapter/']) {
    execFileSync(process.execPath, [join(golden, 'expand.mjs'), models, folder, filter])
  }
  const controlNet = networkOf(join(folder, 'controlnet/net-b'), join(golden, 'controlnet/net-b/config.json'))
  const encoderFolder = join(golden, 'ip-adapter/image_encoder')
  const encoder = networkOf(encoderFolder, join(encoderFolder, 'config.json'))
  const adapter = (name: string): FileRecord => {
    const file = join(folder, `ip-adapter/${name}.safetensors`)
    const weights = { layout: 'file', file, prefix: '', naming: 'diffusers' } as const
    return { kind: 'ip-adapter', name, hash: `${name}-hash`, ...about, ipAdapter: { weights, encoder } }
  }
  return [
    { kind: 'controlnet', name: 'net-b', hash: 'net-b-hash', ...about, controlNet },
    adapter('ip-adapter'),
    adapter('ip-adapter-plus'),
  ]
}

function networkOf(folder: string, configFile: string): NetworkPart {
  const config = z.record(z.string(), z.unknown()).parse(JSON.parse(readFileSync(configFile, 'utf8')))
  return { weights: { layout: 'folder', folder }, config, configFile, hash: folder }
}
