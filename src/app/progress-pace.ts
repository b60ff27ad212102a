/** Which changes of a waiting job are worth an edit: with two hundred waiting, each claim moves all of them. */
import type { JobView } from './views.ts'

/** From here to the front every place is told; further back, each time the place has halved. */
const nearPlaces = 5

export function isWorthTelling(shown: JobView, now: JobView): boolean {
  if (now.state !== 'queued' || shown.state !== 'queued') return true
  if (now.place === undefined || shown.place === undefined) return now.place !== shown.place
  if (now.place === shown.place) return false
  return now.place <= nearPlaces || now.place <= shown.place / 2
}
