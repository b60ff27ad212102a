/** A cache file that open networks use: made before a session opens, examined when their results are no numbers. */
import { rm } from 'node:fs/promises'
import { AppError } from '../../../errors/errors.ts'
import { readFileProblem } from '../../../errors/file-problem.ts'
import { fingerprintOf } from '../fingerprint.ts'
import { isSound } from './soundness.ts'
import { ensureWritten, type WeightFile } from './weight-file.ts'

export class UsedWeightFile {
  readonly #weights: WeightFile
  /** As a session opened it. */
  #opened: string | undefined

  constructor(weights: WeightFile) {
    this.#weights = weights
  }

  get file(): string {
    return this.#weights.file
  }

  /** Postcondition as of ensureWritten: the file is made where it is missing, as after somebody removed it. */
  async ensure(): Promise<void> {
    await ensureWritten(this.#weights)
    this.#opened = await this.#fingerprint()
  }

  /**
   * Whether what a session maps may be damaged: the file is, or another one took its place since, as after another worker found it
   * damaged. A damaged file is removed. Reads it whole. @throws as removeDamaged.
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

/** Reads the file whole, and removes it if it is damaged; then true. @throws AppError 'file' when it cannot be removed. */
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
