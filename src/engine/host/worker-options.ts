/** The common options of thread hosts and process hosts. */
export interface WorkerOptions {
  /** The worker's entry module, compiled JavaScript. */
  entry: URL
  /** Name of the device in faults: "cuda:0". */
  device: string
  /** Handed to the entry's opening function; must survive structured cloning. */
  setup: unknown
  /** The worker's whole environment, without tokens. */
  env: Record<string, string>
  /** Limit of its JavaScript heap; tensors and weights do not count. */
  heapLimitMb?: number
}
