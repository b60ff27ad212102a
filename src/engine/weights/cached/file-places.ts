/** The places of tensors in a safetensors file that is not written yet. */
import type { DType } from '../dtype.ts'
import type { StoredTensor } from '../safetensors.ts'
import { checksumBytes, checksumName } from './soundness.ts'
import type { WeightFile } from './weight-file.ts'

/** A tensor's place. offset: from the end of the header, until that is known. */
interface Placed {
  readonly dtype: DType
  readonly shape: readonly number[]
  readonly offset: number
  readonly length: number
}

export class FilePlaces {
  readonly #entries: Record<string, unknown>
  #end = 0

  /** `metadata`: distinguishes the file from others under the same name. */
  constructor(metadata: Readonly<Record<string, string>>) {
    this.#entries = { __metadata__: metadata }
  }

  /** Adds the next tensor of the file. `length`: in bytes. */
  add(name: string, dtype: DType, shape: readonly number[], length: number): Placed {
    const offset = this.#end
    this.#end += length
    this.#entries[name] = { dtype, shape, data_offsets: [offset, this.#end] }
    return { dtype, shape, offset, length }
  }

  /** The whole file, with its checksum at the end. `tensorsAfter`: its tensors by name, for a header of that many bytes. */
  weightFile(
    { file, originals, write }: Pick<WeightFile, 'file' | 'originals' | 'write'>,
    tensorsAfter: (headerBytes: number) => readonly [string, StoredTensor][],
  ): WeightFile {
    this.add(checksumName, 'U8', [checksumBytes], checksumBytes)
    const header = this.#header()
    const tensors = new Map(tensorsAfter(header.length))
    return { file, sizeBytes: header.length + this.#end, tensors, originals, header, write }
  }

  /** The length, then JSON, padded with spaces to a multiple of eight bytes. */
  #header(): Buffer {
    const json = Buffer.from(JSON.stringify(this.#entries))
    const padded = Buffer.alloc(8 * Math.ceil(json.length / 8), ' ')
    json.copy(padded)
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(padded.length))
    return Buffer.concat([length, padded])
  }
}
