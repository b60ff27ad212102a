/** Checks that the store can be written, read and emptied with the keys of the environment. */
import { hasCode } from '../../errors/errors.ts'
import type { StoreProblem } from '../../errors/store-problem.ts'
import type { Ids } from '../../system/ports.ts'
import type { ObjectStore } from './object-store.ts'

/** The fault of the store; undefined if it can be used. */
export async function storeProblem(
  store: Pick<ObjectStore, 'put' | 'get' | 'delete'>,
  prefix: string,
  ids: Ids,
): Promise<StoreProblem | undefined> {
  const id = ids.next()
  const key = `${prefix}/probe-${id}`
  try {
    await store.put(key, Buffer.from(id))
    const found = Buffer.from(await store.get(key)).toString('utf8')
    await store.delete(key)
    return found === id ? undefined : { what: 'damaged' }
  } catch (error) {
    if (!hasCode(error, 'store')) throw error
    return error.details.problem
  }
}
