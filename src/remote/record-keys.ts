/** The two hashes in Redis with the records of present gateways and machines. */
export function recordKeys(prefix: string): { gateways: string; machines: string } {
  return { gateways: `${prefix}:gateways`, machines: `${prefix}:machines` }
}
