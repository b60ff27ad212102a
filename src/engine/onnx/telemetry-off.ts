/** Disables ONNX Runtime's telemetry: Easel only calls hosts that its configuration names. */

/**
 * The runtime reads its switch from the environment of the process when the first session is made. Without it, 1.30 keeps
 * a device id and a database of events under ~/.cache, writes logs into the folder for temporary files, and sends the
 * events to its vendor (onnxruntime/core/platform/posix/telemetry.cc).
 *
 * Precondition: this is the main thread of a process. A thread's `process.env` is a copy that native code does not see,
 * so the main thread calls this for its threads.
 */
export function disableTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1'
}
