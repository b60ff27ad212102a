/** The vectors of the embeddings in orders. Each file is read once and must be unchanged. */
import { LRUCache } from 'lru-cache'
import type { TextEncoderName } from '../../../common/choices.ts'
import { cachedPromise } from '../../../common/collections/cached-promise.ts'
import { AppError } from '../../../errors/errors.ts'
import type { FileRecord } from '../../models/file-record.ts'
import { type EncoderWidths, encoderOf, readEmbeddingVectors } from '../../text/embedding-file.ts'
import type { NamedVectors } from '../../text/tokenise.ts'
import type { PaintOrder } from '../../work-order.ts'

type EmbeddingReference = NonNullable<PaintOrder['prompt']['embeddings']>[number]

/** The embeddings of a prompt for each encoder. */
export interface PromptEmbeddings {
  readonly first: readonly NamedVectors[]
  readonly second: readonly NamedVectors[]
}

export const noEmbeddings: PromptEmbeddings = { first: [], second: [] }

/** The maximum number of files in memory. One for full-size SDXL takes about 100 kB. */
const maxCachedFiles = 64

export class EmbeddingVectors {
  readonly #files: readonly FileRecord[]
  /** By hash and tensor. */
  readonly #vectors = new LRUCache<string, Promise<Float32Array[]>>({ max: maxCachedFiles })

  constructor(files: readonly FileRecord[]) {
    this.#files = files.filter(({ kind }) => kind === 'embedding')
  }

  /** The vectors of the references for each encoder. @throws AppError 'model-changed' when a file changed since the order was accepted. */
  async of(references: readonly EmbeddingReference[], widths: EncoderWidths): Promise<PromptEmbeddings> {
    const found: { first: NamedVectors[]; second: NamedVectors[] } = { first: [], second: [] }
    for (const { name, parts } of references) {
      const vectors: Record<TextEncoderName, Float32Array[]> = { first: [], second: [] }
      for (const part of parts) {
        const read = await this.#vectorsOf(part)
        const encoder = encoderOf({ encoder: part.encoder, width: read[0]?.length ?? 0 }, widths)
        // A Refiner has only the second encoder.
        if (encoder) vectors[encoder].push(...read)
      }
      found.first.push({ name, vectors: vectors.first })
      found.second.push({ name, vectors: vectors.second })
    }
    return found
  }

  #vectorsOf({ file, hash, tensor }: EmbeddingReference['parts'][number]): Promise<Float32Array[]> {
    const record = this.#files.find(one => one.name === file && one.hash === hash)
    if (!record) throw new AppError('model-changed', { name: file })
    return cachedPromise(this.#vectors, `${hash} ${tensor}`, () =>
      readEmbeddingVectors(record.storage.path, tensor),
    )
  }
}
