/** Checks whether a LoRA fits a model before painting, from names and shapes. Weights are not read. */
import { LRUCache } from 'lru-cache'
import { cachedPromise } from '../../../common/collections/cached-promise.ts'
import type { FileRecord } from '../../models/file-record.ts'
import type { ModelRecord } from '../../models/record.ts'
import { planLoraTargets } from '../../networks/plan/plan.ts'
import { matchLora, unmatchedLora } from '../../weights/lora/match-lora.ts'
import { type ModelTensors, type ModuleIndex, moduleIndex } from '../../weights/lora/module-index.ts'
import { loraFileOf, openLora } from '../../weights/lora/open-lora.ts'
import type { StoredTensor } from '../../weights/safetensors.ts'

export interface LoraFit {
  /** The number of modules in the file. */
  readonly modules: number
  /** The modules that the model lacks, in the file's spelling. */
  readonly unmatched: readonly string[]
  /** The names of embeddings in the file, which are not used. */
  readonly embeddings: readonly string[]
}

interface FitTarget {
  readonly tensors: ModelTensors<StoredTensor>
  readonly index: ModuleIndex
}

const maxCachedTargets = 4
const maxCachedFits = 256

export class LoraFits {
  /** By the model's hash. */
  readonly #targets = new LRUCache<string, Promise<FitTarget>>({ max: maxCachedTargets })
  readonly #fits = new LRUCache<string, Promise<LoraFit>>({ max: maxCachedFits })

  /** The fit of a LoRA on a model. @throws AppError 'model-file' when none of its modules is in the model, or a shape differs. */
  of(model: ModelRecord, lora: FileRecord): Promise<LoraFit> {
    return cachedPromise(this.#fits, `${model.hash} ${lora.hash}`, () => this.#compare(model, lora))
  }

  async #compare(model: ModelRecord, lora: FileRecord): Promise<LoraFit> {
    const file = loraFileOf(lora.storage)
    const target = await cachedPromise(this.#targets, model.hash, () => targetOf(model))
    const header = await openLora(lora.storage)
    const { matched, unmatched, embeddings } = matchLora(file, header, target.tensors, target.index)
    if (matched === 0) throw unmatchedLora(file, unmatched)
    return { modules: matched + unmatched.length, unmatched, embeddings }
  }
}

async function targetOf({ parts }: ModelRecord): Promise<FitTarget> {
  const tensors = await planLoraTargets(parts.networks)
  return { tensors, index: moduleIndex(tensors) }
}
