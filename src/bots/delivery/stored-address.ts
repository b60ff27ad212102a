/** Addresses as they are stored: JSON that only the adapter which wrote it reads. */
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
