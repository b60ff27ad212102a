/** Interprets the names of devices. */

/** Whether `cpu`, `cuda:0` or the like is the CPU, or one of several workers on it (`cpu:0`, `cpu:1` …). */
export function isCpuName(name: string): boolean {
  return /^cpu(:|$)/.test(name)
}
