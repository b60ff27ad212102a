/** Paths in the package, the same from src/ and from dist/. */
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AppError } from '../errors/errors.ts'

/** The nearest folder at or above `start` with a package.json. */
export function findPackageRoot(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder
    if (folder === dirname(folder)) {
      throw new AppError('internal', { problem: `there is no package.json above ${start}` })
    }
  }
}

/** Easel's own folder: config/, migrations/ and models/demo/ are in it. */
export const packageRoot = findPackageRoot(dirname(fileURLToPath(import.meta.url)))

/** A file that is served or read as it is, or a script for browsers; the build puts it where it was under src/. */
export function builtFile(pathInSrc: string): string {
  return join(packageRoot, 'dist/src', pathInSrc)
}
