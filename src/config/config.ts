/** Easel's configuration: YAML merged over config/default.yaml, checked once, frozen, and passed as a parameter. */

import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import type { z } from 'zod'
import { wrongConfig } from '../errors/errors.ts'
import { configIssues } from './config-issues.ts'
import { readYaml } from './read-yaml.ts'
import { type device, schema } from './schema.ts'

export type Config = Readonly<z.infer<typeof schema>>

/** `sharedBy`: the number of workers that share the CPU and its memory, if there are several. */
export type DeviceConfig = z.infer<typeof device> & { readonly sharedBy?: number }

/**
 * Reads config/default.yaml and merges `file` over it, if given. Paths are relative to `workingDir`.
 * @throws AppError 'config' when values are invalid, naming file, keys and the expected values; 'file' when the file cannot be
 * read.
 */
export function loadConfig(packageRoot: string, workingDir: string, file?: string): Config {
  const defaultsFile = join(packageRoot, 'config', 'default.yaml')
  const defaults = readYaml(defaultsFile)
  const merged = withDeviceList(
    file === undefined ? defaults : merge(defaults, readYaml(resolve(workingDir, file))),
  )
  const config = checked(merged, file ?? defaultsFile)
  return deepFreeze({
    ...config,
    dataDir: fromDir(workingDir, config.dataDir),
    modelsDir: fromDir(config.modelsDir === 'models' ? packageRoot : workingDir, config.modelsDir),
    extraModelDirs: config.extraModelDirs.map(dir => fromDir(workingDir, dir)),
    modelLinkTargets: config.modelLinkTargets.map(dir => fromDir(workingDir, dir)),
    cudaLibraries: config.cudaLibraries && fromDir(workingDir, config.cudaLibraries),
    redis: { ...config.redis, caFile: config.redis.caFile && fromDir(workingDir, config.redis.caFile) },
  })
}

/**
 * The configuration with other values, such as those of a command's options.
 * @throws AppError 'config' when one of them is invalid.
 */
export function withSettings(config: Config, changes: unknown): Config {
  const merged = withDeviceList(merge(config, changes))
  return deepFreeze(checked(merged))
}

/**
 * The checked settings. `file`: their source, if it is a file.
 * @throws AppError 'config' when values are invalid, with every one of them.
 */
function checked(merged: unknown, file?: string): z.infer<typeof schema> {
  const parsed = schema.safeParse(merged)
  if (parsed.success) return parsed.data
  throw wrongConfig(configIssues(schema, parsed.error, merged), file) ?? parsed.error
}

/** `devices: auto` is short for a list with that name alone. */
function withDeviceList(config: unknown): unknown {
  return isRecord(config) && config.devices === 'auto' ? { ...config, devices: [{ name: 'auto' }] } : config
}

/** `~` means the home folder, as in a shell. */
function fromDir(dir: string, path: string): string {
  if (path === '~' || path.startsWith('~/')) return join(homedir(), path.slice(1))
  return isAbsolute(path) ? path : join(dir, path)
}

/** Objects merge key by key; other values, including lists, are replaced. */
function merge(base: unknown, over: unknown): unknown {
  if (!isRecord(base) || !isRecord(over)) return over
  const merged = Object.entries(over).map(([key, value]) => [
    key,
    Object.hasOwn(base, key) ? merge(base[key], value) : value,
  ])
  return Object.fromEntries([...Object.entries(base), ...merged])
}

function deepFreeze<T extends object>(value: T): Readonly<T> {
  for (const part of Object.values(value)) {
    if (typeof part === 'object' && part !== null) deepFreeze(part)
  }
  return Object.freeze(value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
