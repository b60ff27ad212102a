/** The open model of a worker: one Base with its Refiner, replaced when an order needs another one. */
import { AppError } from '../../../errors/errors.ts'
import type { FileRecord } from '../../models/file-record.ts'
import type { ExpertParts, ModelRecord } from '../../models/record.ts'
import type { Vae } from '../../networks/networks.ts'
import { type NetworkOptions, openVae } from '../../networks/open/open.ts'
import type { OpenVae } from '../../networks/open/open-vae.ts'
import type { LoraOrder, ModelReference } from '../../work-order.ts'
import { type PreviewMatrix, previewMatrixOf } from '../latents/preview.ts'
import { MergedLoras } from './merged-loras.ts'
import { type OpenModel, openModel } from './open-model.ts'

/** An open model, valid until a model of another name is requested. */
export interface CachedModel extends OpenModel {
  readonly hash: string
  readonly previewMatrix: PreviewMatrix
  /** A key of the merged LoRAs and their weights, for caches of results that depend on them. */
  readonly loras: string
}

export class ModelCache {
  readonly #records: readonly ModelRecord[]
  readonly #files: readonly FileRecord[]
  readonly #options: NetworkOptions
  readonly #opened = new Map<string, { readonly model: CachedModel; readonly loras: MergedLoras }>()
  /** VAEs that replace models' own, by hash. */
  readonly #vaes = new Map<string, OpenVae>()
  /** Preview matrices by the hash of the model or of the replacing VAE. They are fitted once and outlive the networks. */
  readonly #previewMatrices = new Map<string, PreviewMatrix>()
  #name: string | undefined

  constructor(records: readonly ModelRecord[], files: readonly FileRecord[], options: NetworkOptions) {
    this.#records = records
    this.#files = files
    this.#options = options
  }

  /**
   * Opens the model with exactly the order's LoRAs and VAE.
   * @throws AppError 'model-changed' when the weights changed since the order was accepted.
   */
  async open(
    reference: ModelReference,
    loras: readonly LoraOrder[],
    onLoading: (name: string) => void,
    signal?: AbortSignal,
  ): Promise<CachedModel> {
    const cached = await this.#model(reference)
    await cached.loras.merge(loras, onLoading, signal)
    const model = { ...cached.model, loras: cached.loras.key }
    return reference.vae ? this.#withVae(model, reference.vae) : model
  }

  async #model(reference: ModelReference) {
    const known = this.#opened.get(reference.hash)
    if (known) return known
    const parts = this.#partsOf(reference)
    const previous = this.#name === reference.name ? undefined : this.#removeAll()
    this.#name = reference.name
    // The previous model is closed after this one has opened, so that shared sessions stay open.
    const opened = await openModel(parts, this.#options).finally(() => previous?.close())
    const previewMatrix = await this.#previewMatrix(reference.hash, opened.networks.vae)
    const model = { ...opened, hash: reference.hash, previewMatrix, loras: '' }
    const cached = { model, loras: new MergedLoras(opened.networks, this.#files) }
    this.#opened.set(reference.hash, cached)
    return cached
  }

  async #withVae(
    model: CachedModel,
    { name, hash }: NonNullable<ModelReference['vae']>,
  ): Promise<CachedModel> {
    let vae = this.#vaes.get(hash)
    if (!vae) {
      const record = this.#files.find(one => one.kind === 'vae' && one.name === name)
      if (record?.hash !== hash || !record.vae) throw new AppError('model-changed', { name })
      vae = await openVae(record.vae, this.#options)
      this.#vaes.set(hash, vae)
    }
    const previewMatrix = await this.#previewMatrix(hash, vae)
    return { ...model, networks: { ...model.networks, vae }, previewMatrix }
  }

  async #previewMatrix(hash: string, vae: Vae): Promise<PreviewMatrix> {
    const matrix = this.#previewMatrices.get(hash) ?? (await previewMatrixOf(vae))
    this.#previewMatrices.set(hash, matrix)
    return matrix
  }

  async close(): Promise<void> {
    await this.#removeAll().close()
  }

  /** Removes and returns everything that is open. */
  #removeAll(): { close(): Promise<void> } {
    const [models, vaes] = [[...this.#opened.values()], [...this.#vaes.values()]]
    this.#opened.clear()
    this.#vaes.clear()
    return {
      async close() {
        for (const { model, loras } of models) {
          await model.networks.close()
          await loras.close()
        }
        for (const vae of vaes) await vae.close()
      },
    }
  }

  #partsOf({ name, hash }: ModelReference): ExpertParts {
    const record = this.#records.find(one => one.name === name)
    if (!record) throw new AppError('model-unknown', { name, known: this.#records.map(one => one.name) })
    const expert = [record, record.refiner].find(one => one?.hash === hash)
    if (!expert) throw new AppError('model-changed', { name })
    return expert.parts
  }
}
