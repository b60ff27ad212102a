/**
 * Access to one folder of golden numbers: its JSON, tensors and pictures, and its models, expanded on first use.
 * A folder without models of its own (`oracle-2`, `oracle-3`) uses those of part one.
 */
import { existsSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { z } from 'zod'
import type { Target } from '../../src/engine/onnx/graph-variants.ts'
import type { OpenModel } from '../../src/engine/pipeline/open/open-model.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { expandInto } from './expand.ts'
import { openModelFolder } from './networks/open-models.ts'
import { readTensors, type Tensors } from './tensors.ts'

export interface OracleFolderOptions {
  /** Where part one lies, if the folder has no models; by default what `partOneOf` finds. */
  partOne?: string | undefined
  /** A folder in which expanded models stay for other processes; by default each is temporary, until `close`. */
  expansions?: string | undefined
  /** Where networks run; by default on the CPU in float32, which the golden numbers are of. */
  target?: Target | undefined
}

export class OracleFolder {
  readonly target: Target
  readonly #root: string
  readonly #partOne: OracleFolder | undefined
  readonly #expansions: string | undefined
  #models: Promise<string> | undefined
  readonly #built = new Map<string, Promise<string>>()
  readonly #open = new Map<string, Promise<OpenModel>>()

  constructor(root: string, { partOne, expansions, target = {} }: OracleFolderOptions = {}) {
    this.#root = resolve(root)
    this.target = target
    this.#expansions = expansions
    this.#partOne = needsPartOne(this.#root)
      ? new OracleFolder(partOne ?? partOneOf(this.#root), { expansions, target })
      : undefined
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

  /** Folder that holds the expanded models, of part one where this has none; made once, in a temporary place. */
  async models(): Promise<string> {
    if (this.#partOne) return this.#partOne.models()
    this.#models ??= this.#expandModels()
    return this.#models
  }

  /**
   * Folder of what part two builds from the weights of part one: the files whose path holds `text` (`checkpoints/`,
   * `controlnet/`, `ip-adapter/`), made once, in a temporary place. A file that is stored as it is lies at `path` instead.
   */
  async built(text: string): Promise<string> {
    const script = this.path('expand.mjs')
    if (!existsSync(script)) return this.#root
    const known = this.#built.get(text) ?? expandInto(this.#expansions, script, [await this.models()], [text])
    this.#built.set(text, known)
    return known
  }

  /** Runs the folder's own expand.mjs; a folder of ready models is used as it is. */
  async #expandModels(): Promise<string> {
    const script = this.path('models', 'expand.mjs')
    return existsSync(script) ? expandInto(this.#expansions, script, [], []) : this.path('models')
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
    const open = this.#open.get(role) ?? openModelFolder(folder, this.target)
    this.#open.set(role, open)
    return open
  }

  /** Closes what was opened and removes the expanded models, but for those that stay for others. */
  async close(): Promise<void> {
    for (const open of this.#open.values()) {
      const model = await open.catch(() => undefined)
      await model?.networks.close()
    }
    const made = this.#expansions === undefined ? [this.#models, ...this.#built.values()] : []
    for (const expansion of made) {
      const folder = await expansion?.catch(() => undefined)
      if (folder && !folder.startsWith(this.#root)) await rm(folder, { recursive: true, force: true })
    }
    await this.#partOne?.close()
  }
}

function needsPartOne(root: string): boolean {
  return root !== ownPartOne && !existsSync(join(root, 'models'))
}

const ownPartOne = join(packageRoot, 'test', 'golden', 'oracle')

/**
 * Where part one of such a folder lies: under the same name without its number, or as `oracle` beside it; else the project's
 * own. A part one that does not belong to it is noticed, since every file that is built is checked against its SHA-256.
 */
function partOneOf(root: string): string {
  const beside = [root.replace(/-\d+$/, ''), join(dirname(root), 'oracle')]
  const found = beside.find(folder => folder !== root && existsSync(join(folder, 'models')))
  return found ?? ownPartOne
}
