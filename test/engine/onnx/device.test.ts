/** Devices by name, and what becomes of the runtime's words when one of them fails. */
import { describe, expect, test } from 'vitest'
import { deviceFault, providerOf } from '../../../src/engine/onnx/device.ts'
import { tryDevice } from '../../../src/engine/onnx/session.ts'
import { toAppError } from '../../../src/errors/errors.ts'
import { en, errorSentence } from '../../../src/words/en.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'

test.each([
  ['cpu', 'cpu'],
  ['webgpu', 'webgpu'],
  ['cpu:1', 'cpu'],
  ['cuda:0', { name: 'cuda', deviceId: 0 }],
  ['cuda:11', { name: 'cuda', deviceId: 11 }],
])('%s is the provider %j', (device, provider) => {
  expect(providerOf(device)).toEqual(provider)
})

test('WebGPU leaves sine and cosine to the CPU: a shader’s are off by up to 2⁻¹¹', () => {
  expect(providerOf('webgpu', ['time/Sin'])).toEqual({ name: 'webgpu', forceCpuNodeNames: ['time/Sin'] })
  expect(providerOf('cuda:0', ['time/Sin'])).toEqual({ name: 'cuda', deviceId: 0 })
})

test.each(['cuda', 'cuda:', 'cuda:-1', 'cuda:0x1', 'CPU', 'tensorrt', ''])('"%s" is no device', device => {
  expect(() => providerOf(device)).toThrow('no device is called')
})

/** As the runtime says it: template, place and expression around a few words that matter. */
const cudaCall = (what: string) =>
  new Error(
    "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : Non-zero status code returned while running Conv node. Name:'c' Status Message: /onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:121 std::conditional_t<THRW, void, onnxruntime::common::Status> onnxruntime::CudaCall(ERRTYPE, const char*) [with ERRTYPE = cudaError; bool THRW = true] " +
      `${what} ; GPU=0 ; hostname=somewhere ; file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; line=245 ; expr=cudaSetDevice(info_.device_id);`,
  )

describe('A fault of a device becomes one sentence that says what to do', () => {
  test.each([
    [
      new Error('OrtSessionOptionsAppendExecutionProvider_Cuda: Failed to load shared library'),
      'cuda:0 cannot be used: its libraries cannot be loaded (Failed to load shared library). A CUDA device needs CUDA 12, cuDNN 9 and ONNX Runtime’s own part: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node.',
    ],
    [
      new Error(
        '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:136 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n',
      ),
      'cuda:0 cannot be used: this machine shows no such device (Failed to get a WebGPU adapter: No supported adapters). Choose another under devices.',
    ],
    [
      new Error(
        'Failed to load library /opt/bin/libonnxruntime_providers_cuda.so with error: /opt/bin/libonnxruntime_providers_cuda.so: undefined symbol: cudnnGetVersion, version libcudnn.so.9',
      ),
      'cuda:0 cannot be used: its libraries are of another version than ONNX Runtime was built for (undefined symbol: cudnnGetVersion, version libcudnn.so.9). It needs CUDA 12, cuDNN 9 and its own part of the same version as the package onnxruntime-node.',
    ],
    [
      new Error(
        "Failed to load library /opt/bin/libonnxruntime_providers_cuda.so with error: /lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /opt/bin/libonnxruntime_providers_cuda.so)",
      ),
      "cuda:0 cannot be used: its libraries are of another version than ONNX Runtime was built for (version `GLIBCXX_3.4.32' not found (required by /opt/bin/libonnxruntime_providers_cuda.so)). It needs CUDA 12, cuDNN 9 and its own part of the same version as the package onnxruntime-node.",
    ],
    [
      new Error(
        'The requested API version [23] is not available, only API versions [1, 20] are supported in this build. Current ORT Version is: 1.20.1',
      ),
      'cuda:0 cannot be used: its libraries are of another version than ONNX Runtime was built for (API version [23] is not available, only API versions [1, 20] are supported in this build. Current ORT Version is: 1.20.1). It needs CUDA 12, cuDNN 9 and its own part of the same version as the package onnxruntime-node.',
    ],
    [
      cudaCall('CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version'),
      'cuda:0 cannot be used: its driver does not suit CUDA 12 (CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version). Update the driver.',
    ],
    [
      cudaCall('CUDA failure 101: invalid device ordinal'),
      'cuda:0 cannot be used: this machine shows no such device (CUDA failure 101: invalid device ordinal). Choose another under devices.',
    ],
    [
      cudaCall('CUDA failure 100: no CUDA-capable device is detected'),
      'cuda:0 cannot be used: this machine shows no such device (CUDA failure 100: no CUDA-capable device is detected). Choose another under devices.',
    ],
    [
      cudaCall('CUDA failure 700: an illegal memory access was encountered'),
      'cuda:0 failed (CUDA failure 700: an illegal memory access was encountered); asking again may work.',
    ],
    [
      cudaCall('CUDNN failure 4000: CUDNN_STATUS_INTERNAL_ERROR'),
      'cuda:0 failed (CUDNN failure 4000: CUDNN_STATUS_INTERNAL_ERROR); asking again may work.',
    ],
    [cudaCall('CUDA failure 2: out of memory'), 'cuda:0 ran out of memory. A smaller size may work.'],
    [
      cudaCall('CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED'),
      'cuda:0 ran out of memory. A smaller size may work.',
    ],
    [
      new Error(
        'bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t) Failed to allocate memory for requested buffer of size 8388608000',
      ),
      'cuda:0 ran out of memory. A smaller size may work.',
    ],
  ])('%s', (thrown, sentence) => {
    const fault = deviceFault('cuda:0', thrown)
    expect(fault && errorSentence(en, fault)).toBe(sentence)
    const chinese = fault && errorSentence(zhCn, fault)
    expect(chinese?.split('\n')).toHaveLength(1)
    expect(chinese).not.toContain('hostname')
  })

  test('errors that are not a device’s stay unchanged', () => {
    expect(deviceFault('cuda:0', new Error('NoSuchOperator is not a registered function'))).toBeUndefined()
  })
})

test('The CPU is there', async () => {
  await expect(tryDevice('cpu')).resolves.toBeUndefined()
})

test('A device that this machine cannot have is refused before a model is read', async () => {
  // Either its libraries are missing or there are fewer devices than that.
  const fault = await tryDevice('cuda:99').then(() => undefined, toAppError)
  expect(fault?.code).toBe('device-unusable')
})
