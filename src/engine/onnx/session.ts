/** Sessions of ONNX Runtime (the only import of onnxruntime-node): opens graphs from memory over weights on disk. */
import type { Precision } from '../../common/choices.ts'
import './telemetry-off.ts'
import * as ort from 'onnxruntime-node'
import { AppError } from '../../errors/errors.ts'
import { floatsOfValues, isPortType, type PortType, valuesAs } from '../weights/number-types.ts'
import { deviceFault, providerOf } from './device.ts'
import { isCpu, newGraph, type Target, variantFor } from './graph-variants.ts'
import type { OnnxModel } from './model.ts'

// Errors are thrown, so the runtime need not print them as well.
ort.env.logLevel = 'fatal'

export interface SessionOptions extends Target {
  /** Threads inside an operator; undefined: the runtime's default (one per core). */
  readonly threads?: number
  /**
   * Whether weights are copied into the layout that is fastest to multiply (default). Otherwise float32 weights stay in
   * pages that the system shares between processes and may evict.
   */
  readonly prepack?: boolean
  /** The file name prefix for a profile of every node, for measurements. */
  readonly profilePrefix?: string
  /** Wraps every call of the runtime, with the graph's name, for measurements. */
  readonly interceptRun?: RunInterceptor
}

export type RunInterceptor = <Result>(graph: string, call: () => Promise<Result>) => Promise<Result>

export interface Tensor {
  readonly data: Float32Array | Int32Array
  readonly shape: readonly number[]
}

/** A graph in a file, with its weights in it or beside it. */
export interface OnnxPath {
  readonly path: string
  readonly weightBytes: number
}

/** A graph ready to run. `run` blocks its thread: never call it on the main one. */
export class Session {
  readonly #session: ort.InferenceSession
  readonly #name: string
  readonly #device: string
  readonly #interceptRun: RunInterceptor

  private constructor(
    session: ort.InferenceSession,
    name: string,
    { device = 'cpu', interceptRun = (_, call) => call() }: SessionOptions,
  ) {
    this.#session = session
    this.#name = name
    this.#device = device
    this.#interceptRun = interceptRun
  }

  /**
   * Postcondition: weights are loaded or mapped.
   * @throws AppError 'device-unusable' or 'out-of-memory' when the device fails, 'internal' when the runtime refuses the graph.
   */
  static async open(
    name: string,
    model: OnnxModel | OnnxPath,
    options: SessionOptions = {},
  ): Promise<Session> {
    // The runtime compares every value of known shape with all free buffers, and parses the names of types for each comparison
    // (FindReusableTensor in onnxruntime's allocation_planner.cc): 16 to 25 s for SDXL's U-Net. Without the shapes of the inputs it
    // knows none, and buffers come from its arena as before. Graphs for GPUs may need them.
    const withInputShapes = !isCpu(options)
    try {
      const session =
        'path' in model
          ? await ort.InferenceSession.create(model.path, runtimeOptions(undefined, options))
          : await ort.InferenceSession.create(model.encode(withInputShapes), runtimeOptions(model, options))
      return new Session(session, name, options)
    } catch (error) {
      throw runtimeFault(name, options.device ?? 'cpu', error)
    }
  }

  /** The graph's inputs by name; a free dimension has a name or none. */
  get inputs(): ReadonlyMap<string, readonly (number | string)[]> {
    const ports = this.#session.inputMetadata.filter(port => port.isTensor)
    return new Map(ports.map(({ name, shape }) => [name, shape]))
  }

  /** One output's values. @throws AppError 'out-of-memory', 'device-failed' or 'internal' when the run fails. */
  async run(inputs: Readonly<Record<string, Tensor>>, output: string): Promise<Float32Array> {
    const results = await this.runAll(inputs, [output])
    return requireResult(results, output)
  }

  /** Several outputs by name. @throws as run. */
  async runAll(
    inputs: Readonly<Record<string, Tensor>>,
    outputs: readonly string[],
  ): Promise<Map<string, Float32Array>> {
    const feeds = Object.fromEntries(
      Object.entries(inputs).map(([name, input]) => [name, tensorOf(input, this.#typeOf(name))]),
    )
    try {
      const results = await this.#interceptRun(this.#name, () => this.#session.run(feeds, [...outputs]))
      return new Map(outputs.map(name => [name, floatsOf(results[name], name)]))
    } catch (error) {
      throw runtimeFault(this.#name, this.#device, error)
    }
  }

  /** Easel's inputs are float32 and int32; foreign graphs may have other types. */
  #typeOf(name: string): PortType {
    const port = this.#session.inputMetadata.find(one => one.name === name)
    const type = port?.isTensor ? port.type : undefined
    return isPortType(type) ? type : 'float32'
  }

  async close(): Promise<void> {
    await this.#session.release()
  }

  /** Writes the profile for `profilePrefix`. */
  endProfiling(): void {
    this.#session.endProfiling()
  }
}

/** Runs the smallest possible graph. @throws AppError 'device-unusable' when the device or its libraries are missing. */
export async function tryDevice(device: string, precision: Precision = 'float32'): Promise<void> {
  const g = newGraph('trial', { variant: variantFor({ device, precision }) })
  const x = g.input('x', 'F32', [1])
  g.output('y', g.add(x, x))
  const session = await Session.open('trial', g.build(), { device })
  await session.run({ x: { data: Float32Array.of(1), shape: [1] } }, 'y')
  await session.close()
}

/**
 * The default precision of a device: float16 on GPUs that support it, because of their tensor cores, and float32 on CPUs,
 * which would only convert. @throws as tryDevice.
 */
export async function preferredPrecision(device: string): Promise<Precision> {
  await tryDevice(device)
  if (isCpu({ device })) return 'float32'
  return tryDevice(device, 'float16').then(
    () => 'float16',
    () => 'float32',
  )
}

/** A requested output, which is always present. */
export function requireResult(results: ReadonlyMap<string, Float32Array>, name: string): Float32Array {
  const values = results.get(name)
  if (!values) throw new AppError('internal', { problem: `nothing was asked of "${name}"` })
  return values
}

function tensorOf({ data, shape }: Tensor, type: PortType): ort.Tensor {
  return new ort.Tensor(type, valuesAs(type, data), shape)
}

function floatsOf(tensor: ort.OnnxValue | undefined, name: string): Float32Array {
  if (tensor instanceof ort.Tensor && ArrayBuffer.isView(tensor.data)) return floatsOfValues(tensor.data)
  throw new Error(`no numbers came out of "${name}"`)
}

/** model: undefined for a graph in a file of its own. */
function runtimeOptions(
  model: OnnxModel | undefined,
  options: SessionOptions,
): ort.InferenceSession.SessionOptions {
  const session = {
    // Threads that spin between operators slow down other work, and double the run time on a busy machine.
    intra_op: { allow_spinning: '0' },
    ...(model?.folder && { model_external_initializers_file_folder_path: model.folder }),
    ...(options.prepack === false && { disable_prepacking: '1' }),
  }
  return {
    executionProviders: [providerOf(options.device ?? 'cpu', model?.trigonometricNodes)],
    graphOptimizationLevel: 'all',
    // Otherwise the runtime allocates one block for all values of the second run, beside the blocks that it keeps from the first.
    ...(isCpu(options) && { enableMemPattern: false }),
    logSeverityLevel: 4, // fatal: what goes wrong is thrown, and names of a foreign graph reach no terminal by another way
    ...(options.threads !== undefined && { intraOpNumThreads: options.threads }),
    ...(options.profilePrefix !== undefined && {
      enableProfiling: true,
      profileFilePrefix: options.profilePrefix,
    }),
    extra: { session },
  }
}

function runtimeFault(name: string, device: string, error: unknown): AppError {
  const problem = error instanceof Error ? error.message : String(error)
  return deviceFault(device, error) ?? new AppError('internal', { problem: `${name}: ${problem}` }, error)
}
