/**
 * Names of cache files, with the version of their format: versions of Easel that share a folder have a file each, so that none
 * makes another's anew.
 */
import { basename, dirname, extname, join } from 'node:path'

/** `hash-mapped.safetensors` → `hash-mapped-v2.safetensors`. */
export function ofVersion(file: string, version: number): string {
  const extension = extname(file)
  return join(dirname(file), `${basename(file, extension)}-v${version}${extension}`)
}

/** Whether it is the name of the same file in an earlier version, or without one, as the first versions had it. */
export function isEarlier(name: string, file: string): boolean {
  const [other, own] = [parsed(name), parsed(file)]
  return other.stem === own.stem && extname(name) === extname(file) && other.version < own.version
}

/** version: 0 for a name without one. */
function parsed(file: string): { stem: string; version: number } {
  const [, stem = '', version = '0'] = /^(.+?)(?:-v(\d+))?\.\w+$/.exec(basename(file)) ?? []
  return { stem, version: Number(version) }
}
