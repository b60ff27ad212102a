/** The models that a worker holds open: one Base with its Refiner, exchanged when another one is asked for. */
import { AppError } from '../../errors.ts'
import type { ExpertParts, ModelRecord } from '../models/record.ts'
import type { SessionOptions } from '../onnx/session.ts'
import type { ModelReference } from '../work-order.ts'
import { type OpenModel, openModel } from './open-model.ts'
import { type PreviewMatrix, previewMatrixOf } from './preview.ts'

/** A model in hand: valid until the next one of another name is asked for. */
export interface ShelvedModel extends OpenModel {
  readonly hash: string
  readonly previewMatrix: PreviewMatrix
}

export class ModelShelf {
  readonly #records: readonly ModelRecord[]
  readonly #options: SessionOptions
  readonly #open = new Map<string, ShelvedModel>()
  /** By the model's hash: fitted once, kept when the model goes. */
  readonly #previewMatrices = new Map<string, PreviewMatrix>()
  #name: string | undefined

  constructor(records: readonly ModelRecord[], options: SessionOptions) {
    this.#records = records
    this.#options = options
  }

  /** @throws AppError 'model-changed' when the weights are no longer those that the order was accepted with. */
  async take(reference: ModelReference, onLoading: (name: string) => void): Promise<ShelvedModel> {
    const open = this.#open.get(reference.hash)
    if (open) return open
    const parts = this.#partsOf(reference)
    if (this.#name !== reference.name) await this.close()
    this.#name = reference.name
    onLoading(reference.name)
    const model = await openModel(parts, this.#options)
    const previewMatrix =
      this.#previewMatrices.get(reference.hash) ?? (await previewMatrixOf(model.networks.vae))
    this.#previewMatrices.set(reference.hash, previewMatrix)
    const shelved = { ...model, hash: reference.hash, previewMatrix }
    this.#open.set(reference.hash, shelved)
    return shelved
  }

  async close(): Promise<void> {
    for (const model of this.#open.values()) await model.networks.close()
    this.#open.clear()
  }

  #partsOf({ name, hash }: ModelReference): ExpertParts {
    const record = this.#records.find(one => one.name === name)
    if (!record) throw new AppError('model-unknown', { name, known: this.#records.map(one => one.name) })
    const expert = [record, record.refiner].find(one => one?.hash === hash)
    if (!expert) throw new AppError('model-changed', { name })
    return expert.parts
  }
}
