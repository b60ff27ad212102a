/** The LoRAs that are merged into an open model's weights, until an order has other ones. */
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '../../../errors/errors.ts'
import { readFileProblem } from '../../../errors/file-problem.ts'
import type { FileRecord } from '../../models/file-record.ts'
import type { Networks, ReplaceableWeights } from '../../networks/networks.ts'
import { type LoraUpdate, matchLora, unmatchedLora } from '../../weights/lora/match-lora.ts'
import { mergeInto, type WeightedUpdate } from '../../weights/lora/merge.ts'
import {
  type LoraNetwork,
  loraNetworks,
  type ModelTensors,
  type ModuleIndex,
  moduleIndex,
} from '../../weights/lora/module-index.ts'
import { loraFileOf, openLora } from '../../weights/lora/open-lora.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'
import { withTensors } from '../../weights/with-tensors.ts'
import type { LoraOrder } from '../../work-order.ts'
import { fileOf } from '../file-of.ts'
import { makeScratchFolder } from './scratch-folder.ts'

/** The updates of one network, and the keys of the LoRAs that they come from. */
interface WantedUpdates {
  readonly keys: string[]
  readonly changes: WeightedUpdate[]
}

export class MergedLoras {
  readonly #networks: Pick<Networks, LoraNetwork>
  readonly #files: readonly FileRecord[]
  #model: { readonly tensors: ModelTensors<StoredTensor>; readonly index: ModuleIndex } | undefined
  /** The LoRAs merged into each network; absent if it has its own weights. */
  readonly #merged = new Map<LoraNetwork, { readonly key: string; readonly file: string }>()
  #key = ''
  #folder: Promise<string> | undefined
  #written = 0

  constructor(networks: Pick<Networks, LoraNetwork>, files: readonly FileRecord[]) {
    this.#networks = networks
    this.#files = files
  }

  /** Equal for orders whose LoRAs give equal weights. */
  get key(): string {
    return this.#key
  }

  /**
   * Postcondition: exactly these LoRAs are merged into the model's weights. Networks that the change does not affect stay
   * open.
   * @throws AppError 'model-changed' when a file changed since the order was accepted, 'model-file' when
   * it does not fit the model, 'file' where the merged weights cannot be written; the signal's reason.
   */
  async merge(
    loras: readonly LoraOrder[],
    onLoading: (name: string) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const active = loras.filter(({ unetWeight, textWeight }) => unetWeight !== 0 || textWeight !== 0)
    const key = active.length === 0 ? '' : keyOf(active)
    if (key === this.#key) return
    const wanted = await this.#wantedOf(active)
    // A partly merged network matches no set of LoRAs.
    this.#key = 'incomplete'
    for (const network of loraNetworks) {
      const { keys, changes } = wanted[network]
      if (keys.join() === (this.#merged.get(network)?.key ?? '')) continue
      onLoading(active.map(({ name }) => name).join(', '))
      await this.#replace(network, keys.join(), changes, signal)
    }
    this.#key = key
  }

  /** The updates that the LoRAs make to each network, with a key for each mention. */
  async #wantedOf(loras: readonly LoraOrder[]): Promise<Record<LoraNetwork, WantedUpdates>> {
    const wanted = { unet: noUpdates(), textEncoder: noUpdates(), textEncoder2: noUpdates() }
    for (const lora of loras) {
      const updates = await this.#updatesOf(lora)
      for (const network of loraNetworks) {
        const weight = network === 'unet' ? lora.unetWeight : lora.textWeight
        const own = updates.filter(update => update.network === network)
        if (weight === 0 || own.length === 0) continue
        wanted[network].changes.push(...own.map(update => ({ update, weight })))
        // Two mentions at 0.5 are not merged like one at 1.
        wanted[network].keys.push(`${lora.hash} ${weight}`)
      }
    }
    return wanted
  }

  async #updatesOf(lora: LoraOrder): Promise<readonly LoraUpdate[]> {
    const { storage } = fileOf('lora', lora, this.#files)
    const file = loraFileOf(storage)
    // A foreign graph cannot take other weights and reports the reason.
    if (!this.#networks.unet.ownWeights) await this.#networks.unet.replaceWeights(undefined)
    this.#model ??= modelOf(this.#networks)
    const { tensors, index } = this.#model
    const { updates, matched, unmatched } = matchLora(file, await openLora(storage), tensors, index)
    if (matched > 0) return updates
    throw unmatchedLora(file, unmatched)
  }

  async #replace(
    network: LoraNetwork,
    key: string,
    changes: readonly WeightedUpdate[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const open: ReplaceableWeights | undefined = this.#networks[network]
    const own = open?.ownWeights
    if (!open || !own) throw new AppError('internal', { problem: `${network} has no weights to change` })
    const before = this.#merged.get(network)
    // The old session is closed first to free its memory, because a session holds all weights.
    await open.replaceWeights(undefined)
    this.#merged.delete(network)
    if (before) await rm(before.file, { force: true })
    if (changes.length === 0) return
    const file = await this.#newFile(network)
    const merged = await mergeInto(file, own, changes, signal).catch(async (error: unknown) => {
      await rm(file, { force: true })
      signal?.throwIfAborted()
      throw asFileFault(file, error)
    })
    await open.replaceWeights(withTensors(own, merged))
    this.#merged.set(network, { key, file })
  }

  async #newFile(network: LoraNetwork): Promise<string> {
    this.#folder ??= makeScratchFolder()
    try {
      return join(await this.#folder, `${network}-${this.#written++}`)
    } catch (error) {
      this.#folder = undefined
      throw asFileFault(tmpdir(), error)
    }
  }

  /** Deletes the merged weights. Called when the networks are closed. */
  async close(): Promise<void> {
    const folder = await this.#folder?.catch(() => undefined)
    if (folder !== undefined) await rm(folder, { recursive: true, force: true })
  }
}

/** Usually a full disk. */
function asFileFault(file: string, error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
}

/** Foreign ONNX graphs are excluded: only the graph knows its weights. */
function modelOf(networks: Pick<Networks, LoraNetwork>) {
  const tensors: { -readonly [N in LoraNetwork]?: ReadonlyMap<string, StoredTensor> } = {}
  for (const network of loraNetworks) {
    const found = networks[network]?.ownWeights?.found
    if (found) tensors[network] = found
  }
  return { tensors, index: moduleIndex(tensors) }
}

function keyOf(loras: readonly LoraOrder[]): string {
  return JSON.stringify(loras.map(({ hash, unetWeight, textWeight }) => [hash, unetWeight, textWeight]))
}

function noUpdates(): WantedUpdates {
  return { keys: [], changes: [] }
}
