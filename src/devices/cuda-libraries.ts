/**
 * CUDA's libraries from a folder (`cudaLibraries:`), for machines that cannot fetch them from a registry: ONNX Runtime's
 * own part is linked to where the runtime looks for it, and the system's loader is told of the rest.
 */
import { existsSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, dirname, join } from 'node:path'
import { AppError } from '../errors/errors.ts'
import { readFileProblem } from '../errors/file-problem.ts'

/** ONNX Runtime opens these beside its own library and nowhere else. */
const runtimeParts = ['libonnxruntime_providers_shared.so', 'libonnxruntime_providers_cuda.so']

/** Where the runtime's own library lies, for this platform. */
export function runtimeFolder(): string {
  const packageFile = createRequire(import.meta.url).resolve('onnxruntime-node/package.json')
  return join(dirname(packageFile), 'bin/napi-v6', process.platform, process.arch)
}

/**
 * Links what lies in `folder` and is not there yet. What is there already, from an installation, stays.
 * @throws AppError 'cuda-libraries' when a file is missing, naming the first one; 'file' when it cannot be linked.
 */
export function linkCudaLibraries(folder: string, into = runtimeFolder()): void {
  for (const name of runtimeParts) {
    const [from, to] = [join(folder, name), join(into, name)]
    if (existsSync(to)) continue
    if (!existsSync(from)) throw new AppError('cuda-libraries', { folder, missing: name })
    try {
      symlinkSync(from, to)
    } catch (error) {
      throw new AppError('file', { file: to, doing: 'write', problem: readFileProblem(error) }, error)
    }
  }
}

/** The environment of a worker that finds CUDA's and cuDNN's libraries in `folder` first. */
export function withLibraryFolder(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): Record<string, string | undefined> {
  const others = env.LD_LIBRARY_PATH
  return { ...env, LD_LIBRARY_PATH: others ? `${folder}${delimiter}${others}` : folder }
}
