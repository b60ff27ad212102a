/** The page's script: live updates, form submission without a reload, the dialog. Forms also work without it. */
import type { FormReply } from '../protocol.ts'
import { Composer } from './composer.ts'
import { copyCommand } from './copy.ts'
import { AnswerDialog, refillPictures } from './dialog.ts'
import { find, say } from './elements.ts'
import { Feed, localTimes, scrollToEnd } from './feed.ts'
import { connect } from './live-stream.ts'
import { FormSender } from './send.ts'

/** The forms that the script submits. */
const sentHere: readonly (string | null)[] = ['/say', '/act', '/settings']

function setUpChat(list: HTMLElement, form: HTMLFormElement): void {
  const dialog = new AnswerDialog()
  const feed = new Feed(list, jobId => dialog.forget(jobId))
  const composer = new Composer(form)

  const handle = (reply: FormReply, sent: HTMLFormElement) => {
    if (reply.kind === 'answer') {
      say([])
      dialog.open(reply.html)
      return
    }
    say(reply.sentences)
    dialog.close()
    if (reply.kind === 'refused') return
    if (sent === form || sent.classList.contains('confirm')) composer.clear()
    const [job] = reply.kind === 'accepted' ? reply.jobs : []
    if (job === undefined) return
    feed.whenShown(job.jobId, item => item.scrollIntoView({ block: 'nearest', behavior: 'smooth' }))
  }
  const sender = new FormSender(handle)

  document.addEventListener('submit', event => {
    const { target, submitter } = event
    if (!(target instanceof HTMLFormElement) || !sentHere.includes(target.getAttribute('action'))) return
    event.preventDefault()
    refillPictures(target)
    void sender.send(target, submitter)
  })
  document.addEventListener('click', event => {
    const link = closest(event, 'a[data-answer]')
    const opensElsewhere = event.ctrlKey || event.metaKey || event.shiftKey
    if (!(link instanceof HTMLAnchorElement) || opensElsewhere) return
    event.preventDefault()
    void dialog.follow(link)
  })
  if (!location.hash) scrollToEnd()
  connect(feed)
}

function closest({ target }: Event, selector: string): Element | null {
  return target instanceof Element ? target.closest(selector) : null
}

document.documentElement.classList.add('scripted')
localTimes(document)
document.addEventListener('click', event => {
  const button = closest(event, '[data-copy]')
  if (button instanceof HTMLElement) void copyCommand(button)
})
const list = find('feed', HTMLElement)
const form = find('composer', HTMLFormElement)
if (list !== undefined && form !== undefined) setUpChat(list, form)
