/** Finds the files that fit no model of the library, by the widths of their text: embeddings, ControlNets, IP-Adapters. */
import { AppError } from '../../errors/errors.ts'
import type { ModelFileProblem } from '../../errors/model-problem.ts'
import { encoderOf } from '../text/embedding-file.ts'
import type { FileRecord } from './file-record.ts'
import type { ModelRecord } from './record.ts'
import type { Unused } from './scan.ts'

/** Widths that a file needs, and whether a model has them. */
interface Need {
  readonly widths: number[]
  isMetBy(model: ModelRecord): boolean
  /** The widths of a model for comparison. */
  offered(model: ModelRecord): readonly number[]
}

/** The files that fit any model; the others go to `unused`. Without models there is nothing to compare with. */
export function compatibleFiles(
  files: readonly FileRecord[],
  models: readonly ModelRecord[],
  unused: Unused[],
): FileRecord[] {
  if (models.length === 0) return [...files]
  return files.filter(file => {
    const need = needOf(file)
    if (!need || models.some(model => need.isMetBy(model))) return true
    const expected = [...new Set(models.flatMap(model => need.offered(model)))]
    const problem: ModelFileProblem = { what: 'other-width', kind: file.kind, found: need.widths, expected }
    unused.push({
      name: file.name,
      error: new AppError('model-file', { file: file.storage.path, problem }),
    })
    return false
  })
}

/** Undefined if the file fits any model. */
function needOf({ embedding, controlNet, ipAdapter }: FileRecord): Need | undefined {
  if (embedding) {
    return {
      widths: embedding.map(({ width }) => width),
      isMetBy: ({ textWidths: widths }) =>
        widths === undefined || embedding.every(part => encoderOf(part, widths) !== undefined),
      offered: ({ textWidths: widths }) => [widths?.first, widths?.second].filter(one => one !== undefined),
    }
  }
  const width = ipAdapter?.contextWidth ?? controlNet?.config.cross_attention_dim
  if (typeof width !== 'number') return undefined
  return {
    widths: [width],
    isMetBy: model => contextWidthsOf(model).includes(width),
    offered: contextWidthsOf,
  }
}

function contextWidthsOf({ parts }: ModelRecord): number[] {
  const width = parts.networks.unet.config.cross_attention_dim
  return typeof width === 'number' ? [width] : []
}
