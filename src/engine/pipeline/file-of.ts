/** Finds a file of an order by name among the files that are used with models. */
import { AppError } from '../../errors/errors.ts'
import type { FileRecord } from '../models/file-record.ts'
import type { FileReference } from '../work-order.ts'

/**
 * The file of that kind and name.
 * @throws AppError 'model-unknown' when no file of the kind has that name, 'model-changed' when it changed since the order
 * was accepted.
 */
export function fileOf(
  kind: FileRecord['kind'],
  { name, hash }: FileReference,
  files: readonly FileRecord[],
): FileRecord {
  const ofKind = files.filter(file => file.kind === kind)
  const found = ofKind.find(file => file.name === name)
  if (!found) throw new AppError('model-unknown', { name, known: ofKind.map(file => file.name) })
  if (found.hash !== hash) throw new AppError('model-changed', { name })
  return found
}
