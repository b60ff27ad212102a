/**
 * CUDA's libraries from a folder (`cudaLibraries:`), for machines that cannot fetch them from a registry. ONNX Runtime's
 * libraries are linked into the runtime's folder, and the folder is added to the loader's path for the others.
 */
import { existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join, resolve } from 'node:path'
import { AppError } from '../errors/errors.ts'
import { readFileProblem } from '../errors/file-problem.ts'

/** ONNX Runtime looks for these only in the folder of its own library. */
const runtimeParts = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']

/** The folder of the runtime's library for this platform. */
export function runtimeFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
  return join(dirname(packageFile), 'bin/napi-v6', process.platform, process.arch)
}

/**
 * Links the files of `folder` that are missing there. Existing files, from an installation, are kept; a link to another folder,
 * which the configuration named before, is replaced.
 * @throws AppError 'cuda-libraries' when a file is missing, naming the first one; 'file' when it cannot be linked.
 */
export function linkCudaLibraries(folder: string, into = runtimeFolder()): void {
  for (const name of runtimeParts) {
    // A link is read from where it lies, and a folder from where the program runs.
    const [from, to] = [resolve(folder, name), join(into, name)]
    const linked = linkTarget(to)
    const isThere = linked === undefined ? existsSync(to) : linked === from && existsSync(from)
    if (isThere) continue
    if (!existsSync(from)) throw new AppError('cuda-libraries', { folder, missing: name })
    try {
      if (linked !== undefined) rmSync(to)
      symlinkSync(from, to)
    } catch (error) {
      throw new AppError('file', { file: to, doing: 'write', problem: readFileProblem(error) }, error)
    }
  }
}

/** Undefined for a file, and for nothing. */
function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path)
  } catch {
    return undefined
  }
}

/** A worker's environment in which the libraries of `folder` come first. */
export function withLibraryFolder(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Record<string, string | undefined> {
  const others = env.LD_LIBRARY_PATH
  return { ...env, LD_LIBRARY_PATH: others ? `${folder}${delimiter}${others}` : folder }
}
