/** A cache of promises that does not keep failures. */

interface PromiseCache<T> {
  get(key: string): Promise<T> | undefined
  set(key: string, value: Promise<T>): unknown
  delete(key: string): unknown
}

/** The cached promise of a key; otherwise a new one, which is removed from the cache if it rejects. */
export function cachedPromise<T>(cache: PromiseCache<T>, key: string, create: () => Promise<T>): Promise<T> {
  const known = cache.get(key)
  if (known) return known
  const created = create()
  cache.set(key, created)
  created.catch(() => cache.delete(key))
  return created
}
