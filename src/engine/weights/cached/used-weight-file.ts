/** A cache file that open networks use: written before a session opens, and examined when results are not finite. */
import { rm } from 'node:fs/promises'
import { AppError } from '../../../errors/errors.ts'
import { readFileProblem } from '../../../errors/file-problem.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { isSound } from './soundness.ts'
import { ensureWritten, type WeightFile } from './weight-file.ts'

export class UsedWeightFile {
  readonly #weights: WeightFile
  /** The fingerprint of the file when a session opened it. */
  #opened: string | undefined

  constructor(weights: WeightFile) {
    this.#weights = weights
  }

  get file(): string {
    return this.#weights.file
  }

  /** Writes the file if it is missing. Postcondition as of ensureWritten. */
  async ensure(): Promise<void> {
    await ensureWritten(this.#weights)
    this.#opened = await this.#fingerprint()
  }

  /**
   * Whether the bytes that a session maps may be damaged: the file is damaged, or was replaced after the session opened, for example
   * because another worker found it damaged. Reads the whole file, and removes a damaged one. @throws as removeDamaged.
   */
  async isDamaged(): Promise<boolean> {
    const isReplaced = this.#opened !== undefined && this.#opened !== (await this.#fingerprint())
    return (await removeDamaged(this.#weights)) || isReplaced
  }

  async #fingerprint(): Promise<string | undefined> {
    return fingerprintOf(this.file).then(
      ({ fingerprint }) => fingerprint,
      () => undefined,
    )
  }
}

/** Reads the whole file. True if it was damaged and is removed. @throws AppError 'file' when it cannot be removed. */
export async function removeDamaged(weights: WeightFile): Promise<boolean> {
  if (await isSound(weights)) return false
  const { file } = weights
  try {
    await rm(file, { force: true })
  } catch (error) {
    throw new AppError('file', { file, doing: 'write', problem: readFileProblem(error) }, error)
  }
  return true
}
