// The page's own script: live changes, sending without a reload, the dialog. Without it everything works by forms.

const feed = document.getElementById('feed')
const composer = document.getElementById('composer')
const dialog = document.getElementById('dialog')
const { done: doneText = '', offline: offlineText = '' } = document.body.dataset

// ── Jobs in the feed ──────────────────────────────────────────────────────────────────────────────────────────────

/** Makes `now` like `wanted`, keeping every element that can stay, so that focus and pictures stay too. */
function morph(now, wanted) {
  if (now.isEqualNode(wanted)) return
  if (now.nodeName !== wanted.nodeName || now.id !== wanted.id) {
    now.replaceWith(wanted)
    return
  }
  if (now.nodeType === Node.TEXT_NODE) {
    now.data = wanted.data
    return
  }
  for (const { name } of [...now.attributes]) if (!wanted.hasAttribute(name)) now.removeAttribute(name)
  for (const { name, value } of wanted.attributes) {
    if (now.getAttribute(name) !== value) now.setAttribute(name, value)
  }
  const children = [...wanted.childNodes]
  children.forEach((child, i) => {
    const present = now.childNodes[i]
    if (present) morph(present, child)
    else now.append(child)
  })
  while (now.childNodes.length > children.length) now.lastChild.remove()
}

/** The server's markup as an element's new content, with times as this place has them. */
function fill(element, html) {
  const wanted = element.cloneNode(false)
  wanted.innerHTML = html
  localTimes(wanted)
  morph(element, wanted)
}

function localTimes(root) {
  for (const time of root.querySelectorAll('time')) {
    const at = new Date(time.dateTime)
    time.textContent = at.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })
    time.title = at.toLocaleString()
  }
}

function threadOf(id) {
  const known = feed.querySelector(`[data-thread="${id}"]`)
  if (known) return known
  const thread = document.createElement('li')
  thread.className = 'thread'
  thread.dataset.thread = id
  thread.innerHTML = '<div class="head"></div><ol class="replies"></ol>'
  feed.append(thread)
  return thread
}

function jobOf(thread, jobId) {
  const known = document.getElementById(`job-${jobId}`)
  if (known) return known
  const item = document.createElement('li')
  item.id = `job-${jobId}`
  item.dataset.job = jobId
  thread.querySelector('.replies').append(item)
  return item
}

/** Shows a job as it is now. Focus on a button that went away moves to the job's first one. */
function showJob(job) {
  const atEnd = isAtEnd()
  const isNew = !feed.querySelector(`[data-thread="${job.threadId}"]`)
  const thread = threadOf(job.threadId)
  if (job.card !== undefined) fill(thread.querySelector('.head'), job.card)
  const item = jobOf(thread, job.jobId)
  if (item.dataset.version !== job.version) {
    const hadFocus = item.contains(document.activeElement)
    fill(item, job.reply)
    if (hadFocus && !item.contains(document.activeElement)) item.querySelector('button.press')?.focus()
    if (job.state === 'done' && item.dataset.state && item.dataset.state !== 'done') {
      announce(doneText.replace('%', job.title))
    }
    item.dataset.version = job.version
    item.dataset.state = job.state
  }
  document.getElementById('empty').hidden = true
  if (atEnd) toEnd()
  // A reply to a request that is older than this page: its card is missing.
  if (isNew && job.card === undefined) void refresh()
}

function removeJob(jobId) {
  const item = document.getElementById(`job-${jobId}`)
  const thread = item?.closest('.thread')
  item?.remove()
  if (thread && !thread.querySelector('[data-job]')) thread.remove()
  if (!feed.querySelector('[data-job]')) document.getElementById('empty').hidden = false
}

// ── The live stream ───────────────────────────────────────────────────────────────────────────────────────────────

let refreshing = false

/** Reads the whole feed again and makes the page like it. */
async function refresh() {
  if (refreshing) return
  refreshing = true
  try {
    const limit = Math.max(Number(feed.dataset.limit), shownJobs().length)
    const response = await fetch(`/feed?limit=${limit}`)
    const { fragments } = await response.json()
    const wanted = new Set(fragments.map(job => job.jobId))
    for (const { dataset } of shownJobs()) if (!wanted.has(dataset.job)) removeJob(dataset.job)
    for (const job of fragments) showJob(job)
  } catch {
    // The stream breaks with the server and says so; on its return it asks for this again.
  } finally {
    refreshing = false
  }
}

function shownJobs() {
  return [...feed.querySelectorAll('[data-job]')]
}

function connect() {
  const stream = new EventSource(`/live?limit=${feed.dataset.limit}`)
  stream.addEventListener('sync', event => {
    document.body.classList.remove('offline')
    announce('')
    const versions = JSON.parse(event.data)
    const isCurrent = ([id, version]) => document.getElementById(`job-${id}`)?.dataset.version === version
    if (!versions.every(isCurrent) || versions.length !== shownJobs().length) void refresh()
  })
  stream.addEventListener('job', event => showJob(JSON.parse(event.data)))
  stream.addEventListener('gone', event => removeJob(JSON.parse(event.data)))
  stream.addEventListener('error', () => {
    document.body.classList.add('offline')
    announce(offlineText)
    // Browsers give up on some answers; then we try again ourselves.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 2000)
  })
}

function announce(text) {
  document.getElementById('announce').textContent = text
}

function isAtEnd() {
  const page = document.documentElement
  return page.scrollHeight - innerHeight - scrollY < 160
}

function toEnd() {
  scrollTo({ top: document.documentElement.scrollHeight })
}

// ── Sending ───────────────────────────────────────────────────────────────────────────────────────────────────────

/** What is under way, with the name under which it is sent: sent again after a broken connection, it is the same. */
const pending = new Map()

async function send(form, submitter) {
  const key = submitter?.value || form
  if (pending.get(key)?.busy) return
  const once = pending.get(key)?.once ?? randomName()
  pending.set(key, { once, busy: true })
  const body = new FormData(form, submitter)
  body.set('once', once)
  submitter?.setAttribute('aria-disabled', 'true')
  try {
    const response = await fetch(form.getAttribute('action'), {
      method: 'POST',
      body,
      headers: { Accept: 'application/json' },
    })
    const reply = await response.json()
    pending.delete(key)
    handle(reply, form)
  } catch {
    pending.set(key, { once, busy: false })
    say([offlineText])
  } finally {
    submitter?.removeAttribute('aria-disabled')
  }
}

function handle(reply, form) {
  say(reply.said ?? [])
  if (reply.kind === 'answer') {
    openDialog(reply.html)
    return
  }
  if (reply.kind === 'refused') {
    if (dialog.open) dialog.close()
    return
  }
  if (dialog.open) dialog.close()
  if (form.id === 'composer' || form.classList.contains('confirm')) clearComposer()
  const jobId = reply.jobs?.[0]?.jobId
  if (jobId) whenShown(jobId, item => item.scrollIntoView({ block: 'nearest', behavior: 'smooth' }))
}

/** The job comes by the live stream, before or after the reply. */
function whenShown(jobId, act) {
  const item = document.getElementById(`job-${jobId}`)
  if (item) {
    act(item)
    return
  }
  const observer = new MutationObserver(() => {
    const late = document.getElementById(`job-${jobId}`)
    if (!late) return
    observer.disconnect()
    act(late)
  })
  observer.observe(feed, { childList: true, subtree: true })
}

function say(sentences) {
  const said = document.getElementById('said')
  said?.replaceChildren(
    ...sentences.map(sentence => {
      const line = document.createElement('p')
      line.textContent = sentence
      return line
    }),
  )
}

function randomName() {
  return [...crypto.getRandomValues(new Uint8Array(12))]
    .map(byte => byte.toString(16).padStart(2, '0'))
    .join('')
}

document.addEventListener('submit', event => {
  const form = event.target
  if (!['/say', '/act', '/settings'].includes(form.getAttribute('action')) || !composer) return
  event.preventDefault()
  // The confirmation of a fan-out is sent with the pictures that are still in the field.
  for (const again of form.querySelectorAll('.again input')) {
    const { files } = document.getElementById(again.name)
    if (files.length) again.files = files
  }
  void send(form, event.submitter)
})

// ── The dialog ────────────────────────────────────────────────────────────────────────────────────────────────────

function openDialog(html) {
  const answer = document.getElementById('answer')
  answer.innerHTML = html
  for (const again of answer.querySelectorAll('.again')) {
    const input = again.querySelector('input')
    if (!document.getElementById(input.name)?.files.length) continue
    again.hidden = true
    input.required = false
  }
  if (!dialog.open) dialog.showModal()
  answer.querySelector('[autofocus]')?.focus()
}

document.addEventListener('click', async event => {
  const link = event.target.closest?.('a[data-answer]')
  if (link && composer && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault()
    try {
      const response = await fetch(link.href, { headers: { Accept: 'application/json' } })
      const reply = await response.json()
      if (reply.html) openDialog(reply.html)
      else say(reply.said ?? [])
    } catch {
      say([offlineText])
    }
  }
  const copy = event.target.closest?.('[data-copy]')
  if (copy) await copyCommand(copy)
  if (event.target === dialog) dialog.close()
})

/** Where the clipboard is not to be had (plain http in a network), the text is selected instead. */
async function copyCommand(button) {
  const code = button.parentElement.querySelector('code')
  try {
    await navigator.clipboard.writeText(code.textContent)
    const label = button.textContent
    button.textContent = button.dataset.copied
    setTimeout(() => {
      button.textContent = label
    }, 1500)
  } catch {
    getSelection().selectAllChildren(code)
  }
}

// ── The field ─────────────────────────────────────────────────────────────────────────────────────────────────────

function clearComposer() {
  composer.reset()
  document.getElementById('text').value = ''
  sourceChanged()
  showCompletions()
  grow()
}

function grow() {
  const text = document.getElementById('text')
  text.style.height = 'auto'
  text.style.height = `${Math.min(text.scrollHeight, innerHeight * 0.4)}px`
}

/** While a command's name is being typed, those that begin like it. */
function showCompletions() {
  const typed = document.getElementById('text').value.toLowerCase()
  const list = document.getElementById('completions')
  const isName = /^\/[a-z ]*$/.test(typed)
  let shown = 0
  for (const { parentElement: item, dataset } of list.querySelectorAll('button')) {
    item.hidden = !isName || !dataset.typed.startsWith(typed) || dataset.typed === typed
    if (!item.hidden) shown += 1
  }
  list.hidden = shown === 0
}

function takeCompletion(button) {
  const text = document.getElementById('text')
  text.value = `${button.dataset.typed} `
  document.getElementById('completions').hidden = true
  text.focus()
}

function sourceChanged() {
  const [file] = document.getElementById('source').files
  const thumbnail = document.getElementById('source-thumbnail')
  if (thumbnail.src) URL.revokeObjectURL(thumbnail.src)
  if (file) thumbnail.src = URL.createObjectURL(file)
  else thumbnail.removeAttribute('src')
  thumbnail.hidden = !file
  document.getElementById('source-chosen').classList.toggle('chosen', Boolean(file))
}

function takeFiles(event, transfer) {
  const file = [...(transfer?.files ?? [])].find(({ type }) => /^image\/(png|jpeg|webp)$/.test(type))
  if (!file) return
  event.preventDefault()
  const files = new DataTransfer()
  files.items.add(file)
  document.getElementById('source').files = files.files
  sourceChanged()
}

function setUpComposer() {
  const text = document.getElementById('text')
  text.addEventListener('input', grow)
  text.addEventListener('input', showCompletions)
  document.getElementById('completions').addEventListener('click', event => {
    const button = event.target.closest('button')
    if (button) takeCompletion(button)
  })
  text.addEventListener('keydown', event => {
    const first = document.querySelector('#completions:not([hidden]) li:not([hidden]) button')
    if (event.key === 'Tab' && !event.shiftKey && first) {
      event.preventDefault()
      takeCompletion(first)
      return
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault()
      composer.requestSubmit(composer.querySelector('.send'))
    }
  })
  document.getElementById('source').addEventListener('change', sourceChanged)
  const mask = document.getElementById('mask')
  mask.addEventListener('change', () => {
    // Under a mask little of what was there should remain.
    const { strength } = composer.elements
    if (mask.files.length && strength.value === strength.defaultValue) strength.value = '0.9'
  })
  document.getElementById('source-remove').addEventListener('click', () => {
    document.getElementById('source').value = ''
    mask.value = ''
    sourceChanged()
    text.focus()
  })
  document.addEventListener('paste', event => takeFiles(event, event.clipboardData))
  document.addEventListener('dragover', event => event.preventDefault())
  document.addEventListener('drop', event => takeFiles(event, event.dataTransfer))
}

document.documentElement.classList.add('scripted')
localTimes(document)
if (feed && composer) {
  setUpComposer()
  if (!location.hash) toEnd()
  connect()
}
