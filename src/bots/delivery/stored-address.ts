/** Reads and writes stored addresses: JSON that only its own adapter interprets. */
import type { z } from 'zod'
import type { Address } from '../../app/delivery/courier.ts'

export interface AddressForm<T> {
  read(stored: Address): T
  write(address: T): Address
}

export function addressForm<T>(schema: z.ZodType<T>): AddressForm<T> {
  return {
    read: stored => schema.parse(JSON.parse(stored)),
    write: address => JSON.stringify(address),
  }
}
