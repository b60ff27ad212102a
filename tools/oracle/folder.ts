/** Owns access to one folder of golden numbers: its JSON, tensors and pictures, and its models, expanded on first use. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { z } from 'zod'
import { type OpenModel, openModel } from '../../src/engine/pipeline/open-model.ts'
import { NotYet } from './not-yet.ts'
import { readTensors, type Tensors } from './tensors.ts'

const execute = promisify(execFile)

export class OracleFolder {
  readonly #root: string
  #models: Promise<string> | undefined
  readonly #open = new Map<string, Promise<OpenModel>>()

  constructor(root: string) {
    this.#root = resolve(root)
  }

  path(...parts: string[]): string {
    return join(this.#root, ...parts)
  }

  has(...parts: string[]): boolean {
    return existsSync(this.path(...parts))
  }

  /** Names in a subfolder that end in `suffix`, sorted, without the suffix; none when the subfolder is missing. */
  async list(subfolder: string, suffix: string): Promise<string[]> {
    if (!this.has(subfolder)) return []
    const names = await readdir(this.path(subfolder))
    return names
      .filter(name => name.endsWith(suffix))
      .map(name => name.slice(0, -suffix.length))
      .sort()
  }

  async json<Schema extends z.ZodType>(schema: Schema, ...parts: string[]): Promise<z.infer<Schema>> {
    return schema.parse(JSON.parse(await readFile(this.path(...parts), 'utf8')))
  }

  tensors(...parts: string[]): Promise<Tensors> {
    return readTensors(this.path(...parts))
  }

  /** Folder that holds the expanded models; made once, in a temporary place. */
  async models(): Promise<string> {
    if (!this.has('models')) throw new NotYet('the folder has no models/')
    this.#models ??= expand(this.path('models'))
    return this.#models
  }

  /** The diffusers folder that cases call `role` (`base`, `refiner`): named so, or ending in `-role`. */
  async model(role: string): Promise<string> {
    const models = await this.models()
    const names = (await readdir(models)).filter(name => existsSync(join(models, name, 'model_index.json')))
    const name = names.find(name => name === role) ?? names.find(name => name.endsWith(`-${role}`))
    if (!name) throw new Error(`${this.path('models')} expands to no model called ${role}`)
    return join(models, name)
  }

  /** The model of that role, opened once for all cases. */
  async open(role: string): Promise<OpenModel> {
    const folder = await this.model(role)
    const open = this.#open.get(role) ?? openModel(folder)
    this.#open.set(role, open)
    return open
  }

  /** Closes what was opened and removes the expanded models. */
  async close(): Promise<void> {
    for (const open of this.#open.values()) {
      const model = await open.catch(() => undefined)
      await model?.networks.close()
    }
    const models = await this.#models?.catch(() => undefined)
    if (models && !models.startsWith(this.#root)) await rm(models, { recursive: true, force: true })
  }
}

/** Runs the folder's own expand.mjs; a folder of ready models is used as it is. */
async function expand(folder: string): Promise<string> {
  const script = join(folder, 'expand.mjs')
  if (!existsSync(script)) return folder
  const target = await mkdtemp(join(tmpdir(), 'easel-oracle-'))
  await execute(process.execPath, [script, target], { maxBuffer: 1 << 24 })
  return target
}
