/** Waiting for something to be seen in the fake Discord, and giving up with what there is instead. */
import type { World } from './world.ts'

/** A wait that no test of ours comes near. */
const timeoutMs = 120_000

/** Resolves as soon as `seen` is true, looking again after every change; rejects with `hopeless` in the end. */
export function until(world: World, seen: () => boolean, hopeless: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (end: () => void) => {
      clearTimeout(timer)
      unwatch()
      end()
    }
    const look = () => {
      try {
        if (seen()) finish(resolve)
      } catch (error) {
        finish(() => reject(error))
      }
    }
    const timer = setTimeout(() => finish(() => reject(new Error(hopeless()))), timeoutMs)
    const unwatch = world.watch(look)
    look()
  })
}
