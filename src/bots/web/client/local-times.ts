/** Shows times in the browser's zone, with their day where it is not today. */

export function localTimes(root: ParentNode): void {
  const now = new Date()
  for (const time of root.querySelectorAll('time')) {
    const at = new Date(time.dateTime)
    const isToday = at.toDateString() === now.toDateString()
    const isThisYear = at.getFullYear() === now.getFullYear()
    time.textContent = at.toLocaleString([], {
      ...(!isToday && { day: 'numeric', month: 'short' }),
      ...(!isThisYear && { year: 'numeric' }),
      hour: '2-digit',
      minute: '2-digit',
    })
    time.title = at.toLocaleString([], { dateStyle: 'medium', timeStyle: 'long' })
  }
}
