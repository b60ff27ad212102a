/** The two hashes in Redis with the records of those who are there. */
export function recordKeys(prefix: string): { gateways: string; machines: string } {
  return { gateways: `${prefix}:gateways`, machines: `${prefix}:machines` }
}
