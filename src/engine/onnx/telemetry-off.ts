/**
 * Turns ONNX Runtime's telemetry off where it is imported, before whatever is imported after it: Easel only calls hosts that
 * its configuration names.
 *
 * The runtime reads its switch from the environment of the process, as soon as it is loaded. Without it, 1.30 keeps a device
 * id and a database of events under ~/.cache, writes logs into the folder for temporary files, and sends the events to its
 * vendor (onnxruntime/core/platform/posix/telemetry.cc).
 *
 * A thread's `process.env` is a copy that native code does not see, so the main thread imports this for its threads.
 */
process.env.ORT_DISABLE_TELEMETRY = '1'
