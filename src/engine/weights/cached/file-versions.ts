/**
 * The names of cache files with the version of their format, so that versions of Easel that share a folder do not replace each other's
 * files.
 */
import { basename, dirname, extname, join } from 'node:path'

/** `hash-mapped.safetensors` → `hash-mapped-v2.safetensors`. */
export function ofVersion(file: string, version: number): string {
  const extension = extname(file)
  return join(dirname(file), `${basename(file, extension)}-v${version}${extension}`)
}

/** Whether the name is that of the same file in an earlier version of the format, or without a version, as at first. */
export function isEarlier(name: string, file: string): boolean {
  const [other, own] = [parsed(name), parsed(file)]
  return other.stem === own.stem && extname(name) === extname(file) && other.version < own.version
}

/** version: 0 for a name without one. */
function parsed(file: string): { stem: string; version: number } {
  const [, stem = '', version = '0'] = /^(.+?)(?:-v(\d+))?\.\w+$/.exec(basename(file)) ?? []
  return { stem, version: Number(version) }
}
