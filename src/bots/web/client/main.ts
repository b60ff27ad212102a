/** The page's script: live updates, form submission without a reload, the dialog. Forms also work without it. */
import type { FormReply } from '../protocol.ts'
import { Composer } from './composer.ts'
import { copyCommand } from './copy.ts'
import { AnswerDialog, refillPictures } from './dialog.ts'
import { find, removeNotice, sentence, showNotices } from './elements.ts'
import { Feed, scrollToEnd } from './feed.ts'
import { connect } from './live-stream.ts'
import { localTimes } from './local-times.ts'
import { FormSender, type Sent } from './send.ts'

/** The forms that the script submits. */
const scriptedActions: readonly (string | null)[] = ['./say', './act', './settings']

/** The parts of the page. */
interface Chat {
  readonly form: HTMLFormElement
  /** The area of the message field, at the bottom of the window. */
  readonly bottom: Element
  readonly composer: Composer
  readonly dialog: AnswerDialog
  readonly feed: Feed
}

function setUpChat(list: HTMLElement, form: HTMLFormElement): void {
  const dialog = new AnswerDialog()
  const feed = new Feed(list, jobId => dialog.forget(jobId))
  const bottom = form.closest('.bottom') ?? form
  const chat: Chat = { form, bottom, composer: new Composer(form), dialog, feed }
  const sender = new FormSender((reply, sent) => showReply(chat, reply, sent))
  listen(dialog, sender)
  new ResizeObserver(() => measure(bottom, '--field-height')).observe(bottom)
  const bar = document.querySelector('.top')
  if (bar !== null) new ResizeObserver(() => measure(bar, '--bar-height')).observe(bar)
  if (!location.hash.startsWith('#job-')) scrollToEnd('instant')
  connect(feed, () => {
    removeNotice(sentence('offline'))
    sender.retry()
  })
}

/** Shows the reply to a form, and clears the values that it has used. */
function showReply({ form, bottom, composer, dialog, feed }: Chat, reply: FormReply, sent: Sent): void {
  if (reply.kind === 'answer') {
    showNotices([])
    dialog.open(reply.html)
    // A question refers to the content of the field, so only other replies clear the field.
    if (sent.form === form && !dialog.isQuestion) composer.clear(sent.body)
    return
  }
  // A refused form stays as it was filled in, with the reason.
  const isKept = reply.kind === 'refused' && dialog.contains(sent.form)
  if (!isKept) dialog.close()
  showNotices(reply.sentences)
  if (reply.kind === 'refused') return
  if (sent.form === form || sent.form.classList.contains('confirm')) composer.clear(sent.body)
  const [job] = reply.kind === 'accepted' ? reply.jobs : []
  if (job === undefined) return
  feed.whenShown(job.jobId, item => {
    // New sentences above the field have made it higher.
    measure(bottom, '--field-height')
    item.scrollIntoView({ block: 'nearest' })
  })
}

/** Submits the forms and opens the private replies of the page by the script. */
function listen(dialog: AnswerDialog, sender: FormSender): void {
  // A double click is one press, even if the reply to the first click has arrived.
  document.addEventListener('click', event => {
    if (event.detail > 1 && closest(event, 'button[type=submit]') !== null) event.preventDefault()
  })
  document.addEventListener('submit', event => {
    const { target, submitter } = event
    if (!(target instanceof HTMLFormElement) || !scriptedActions.includes(target.getAttribute('action')))
      return
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
}

/** Sets the height of the bar or of the field in the style sheet, which keeps the scrolled content between them. */
function measure(element: Element, property: '--bar-height' | '--field-height'): void {
  const height = `${Math.ceil(element.getBoundingClientRect().height)}px`
  document.documentElement.style.setProperty(property, height)
}

function closest({ target }: Event, selector: string): Element | null {
  return target instanceof Element ? target.closest(selector) : null
}

document.documentElement.classList.add('scripted')
localTimes(document)
// A page may have been open in the background since yesterday.
document.addEventListener('visibilitychange', () => localTimes(document))
document.addEventListener('click', event => {
  const button = closest(event, '[data-copy]')
  if (button instanceof HTMLElement) void copyCommand(button)
})
const list = find('feed', HTMLElement)
const form = find('composer', HTMLFormElement)
if (list !== undefined && form !== undefined) setUpChat(list, form)
