/** Maps device names to ONNX Runtime's execution providers, and the runtime's error texts to device faults. */
import { AppError, type DeviceLack } from '../../errors/errors.ts'

/** ONNX Runtime's option for a provider. */
export type Provider =
  | 'cpu'
  | 'webgpu'
  | { readonly name: 'webgpu'; readonly forceCpuNodeNames: readonly string[] }
  | { readonly name: 'cuda'; readonly deviceId: number }

/**
 * The provider of `cpu`, `cpu:0` …, `webgpu`, `cuda:0` …
 * @throws AppError 'internal' when the name is another one; the configuration has checked it.
 */
export function providerOf(device: string, trigonometricNodes: readonly string[] = []): Provider {
  if (/^cpu(:\d+)?$/.test(device)) return 'cpu'
  // Vulkan permits an error of 2⁻¹¹ in a shader's sine, which is a whole step at timestep 1000. These few numbers run on the CPU.
  if (device === 'webgpu') {
    return trigonometricNodes.length > 0 ? { name: device, forceCpuNodeNames: trigonometricNodes } : device
  }
  const [, ordinal] = /^cuda:(\d+)$/.exec(device) ?? []
  if (ordinal !== undefined) return { name: 'cuda', deviceId: Number(ordinal) }
  throw new AppError('internal', { problem: `no device is called ${device}` })
}

/** The runtime's error texts for a failed allocation, on the CPU and on CUDA. */
const outOfMemory = /bad_alloc|Failed to allocate memory|out of memory|STATUS_ALLOC_FAILED/i

/** `CUDA failure 35: CUDA driver version is … ; GPU=0 ; hostname=… ; file=… ; expr=…` */
const cudaFailure = /\b((?:CUDA|CUDNN|CUDNN_FE|CUBLAS|CUBLASLT|CUFFT|CURAND) failure [^;]+?)\s*;/

const lacks: readonly [RegExp, DeviceLack][] = [
  // The error texts of the loader and the runtime for a library of another version.
  [/undefined symbol|version `\S+' not found|API version \[\d+\] is not available/, 'version'],
  [/Failed to load (?:shared )?library|Couldn't load Vulkan/, 'libraries'],
  [/driver version is insufficient|no kernel image is available/, 'driver'],
  [/no CUDA-capable device|invalid device ordinal|Failed to get a WebGPU adapter/, 'device'],
]

/** The runtime's error as a fault of the device; undefined if it does not concern the device. */
export function deviceFault(device: string, error: unknown): AppError | undefined {
  const text = error instanceof Error ? error.message : String(error)
  if (outOfMemory.test(text)) return new AppError('out-of-memory', { device }, error)
  const failure = cudaFailure.exec(text)?.[1]
  for (const [words, lack] of lacks) {
    // The text before the match is a location in the runtime's source.
    const clause = new RegExp(`(?:${words.source}).*`).exec(text)?.[0]
    if (clause) return new AppError('device-unusable', { device, lack, message: failure ?? clause }, error)
  }
  return failure === undefined
    ? undefined
    : new AppError('device-failed', { device, message: failure }, error)
}
