/** Shows, updates and removes the jobs on the page. */
import type { FeedReply, JobFragment } from '../protocol.ts'
import { announce, byId, sentence } from './elements.ts'
import { localTimes } from './local-times.ts'
import { morph } from './morph.ts'

/** The distance that counts as the page's end. */
const nearEndPx = 160
/** The delay after which a feed that could not be loaded is loaded again. */
const retryMs = 2000

export class Feed {
  readonly #list: HTMLElement
  readonly #onRemove: (jobId: string) => void
  /** While the feed is loaded: the jobs that have changed since, of which it may have an older state. */
  #changedSince: Set<string> | undefined
  #isOutdated = false

  constructor(list: HTMLElement, onRemove: (jobId: string) => void) {
    this.#list = list
    this.#onRemove = onRemove
  }

  /** The number of jobs that the page shows. */
  get limit(): number {
    return Number(this.#list.dataset.limit)
  }

  /** Shows a job's current state. If the focused button disappears, the focus moves to the job's first one. */
  show(job: JobFragment): void {
    this.#changedSince?.add(job.jobId)
    // A reply in a thread whose card is not on this page.
    if (!this.#put(job)) void this.refresh()
  }

  /** Whether the job's thread has its card. */
  #put(job: JobFragment): boolean {
    const wasAtEnd = isAtEnd()
    const known = this.#find(`[data-thread="${job.threadId}"]`)
    const thread = known ?? this.#addThread(job.threadId)
    if (job.card !== undefined) fill(part(thread, '.head'), job.card)
    this.#showReply(thread, job)
    byId('empty', HTMLElement).hidden = true
    if (wasAtEnd) scrollToEnd()
    return known !== undefined || job.card !== undefined
  }

  remove(jobId: string): void {
    this.#changedSince?.add(jobId)
    this.#take(jobId)
  }

  #take(jobId: string): void {
    const item = itemOf(jobId)
    const thread = item?.closest('.thread')
    item?.remove()
    if (thread && !thread.querySelector('[data-job]')) thread.remove()
    if (this.#shown().length === 0) byId('empty', HTMLElement).hidden = false
    this.#onRemove(jobId)
  }

  /** Whether the page shows exactly these versions. */
  isCurrent(versions: readonly (readonly [jobId: string, version: string])[]): boolean {
    const isShown = ([id, version]: readonly [string, string]) => itemOf(id)?.dataset.version === version
    return versions.every(isShown) && versions.length === this.#shown().length
  }

  /** Loads the whole feed and updates the page; once more if it is asked to meanwhile, and later if it fails. */
  async refresh(): Promise<void> {
    this.#isOutdated = true
    if (this.#changedSince !== undefined) return
    while (this.#isOutdated) {
      this.#isOutdated = false
      this.#changedSince = new Set()
      // The live stream may be open all the same, and would not ask again.
      if (!(await this.#load(this.#changedSince))) setTimeout(() => void this.refresh(), retryMs)
    }
    this.#changedSince = undefined
  }

  /** Whether the feed was loaded. Jobs that have changed since it was asked for stay as they are. */
  async #load(changedSince: ReadonlySet<string>): Promise<boolean> {
    try {
      const response = await fetch(`./feed?limit=${Math.max(this.limit, this.#shown().length)}`)
      const { fragments }: FeedReply = await response.json()
      const wanted = new Set(fragments.map(({ jobId }) => jobId))
      for (const { dataset } of this.#shown()) {
        const { job } = dataset
        if (job !== undefined && !wanted.has(job) && !changedSince.has(job)) this.#take(job)
      }
      for (const job of fragments) if (!changedSince.has(job.jobId)) this.#put(job)
      return true
    } catch {
      return false
    }
  }

  /** Calls `act` once the job is on the page. The live stream adds it before or after the reply. */
  whenShown(jobId: string, act: (item: HTMLElement) => void): void {
    const item = itemOf(jobId)
    if (item !== undefined) {
      act(item)
      return
    }
    const observer = new MutationObserver(() => {
      const late = itemOf(jobId)
      if (late === undefined) return
      observer.disconnect()
      act(late)
    })
    observer.observe(this.#list, { childList: true, subtree: true })
  }

  #showReply(thread: HTMLElement, job: JobFragment): void {
    const item = itemOf(job.jobId) ?? addItem(thread, job.jobId)
    if (item.dataset.version === job.version) return
    const hadFocus = item.contains(document.activeElement)
    fill(item, job.reply)
    if (hadFocus && !item.contains(document.activeElement)) {
      item.querySelector<HTMLButtonElement>('button.press')?.focus()
    }
    const { state } = item.dataset
    if (job.state === 'done' && state !== undefined && state !== 'done') {
      announce(sentence('done').replace('%', job.title))
    }
    item.dataset.version = job.version
    item.dataset.state = job.state
  }

  #addThread(id: string): HTMLElement {
    const thread = document.createElement('li')
    thread.className = 'thread'
    thread.dataset.thread = id
    thread.innerHTML = '<div class="head"></div><ol class="replies"></ol>'
    this.#list.append(thread)
    return thread
  }

  #find(selector: string): HTMLElement | undefined {
    return this.#list.querySelector<HTMLElement>(selector) ?? undefined
  }

  #shown(): HTMLElement[] {
    return [...this.#list.querySelectorAll<HTMLElement>('[data-job]')]
  }
}

/** `instant` skips the jobs in between, whose pictures would otherwise be loaded. */
export function scrollToEnd(behavior: ScrollBehavior = 'auto'): void {
  scrollTo({ top: document.documentElement.scrollHeight, behavior })
}

function isAtEnd(): boolean {
  return document.documentElement.scrollHeight - innerHeight - scrollY < nearEndPx
}

function itemOf(jobId: string): HTMLElement | undefined {
  return document.getElementById(`job-${jobId}`) ?? undefined
}

function addItem(thread: HTMLElement, jobId: string): HTMLElement {
  const item = document.createElement('li')
  item.id = `job-${jobId}`
  item.dataset.job = jobId
  part(thread, '.replies').append(item)
  return item
}

function part(thread: HTMLElement, selector: string): HTMLElement {
  const found = thread.querySelector<HTMLElement>(selector)
  if (found === null) throw new Error(`a thread has no ${selector}`)
  return found
}

/** Sets an element's content from the server's markup, with local times. */
function fill(element: HTMLElement, html: string): void {
  const wanted = element.cloneNode(false)
  if (!(wanted instanceof HTMLElement)) return
  wanted.innerHTML = html
  localTimes(wanted)
  morph(element, wanted)
}
