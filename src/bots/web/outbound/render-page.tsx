/** Renders the pages: the chat, a reply as a separate page for browsers without script, and a sentence alone. Pure JSX. */
import { raw } from 'hono/html'
import type { Child } from 'hono/jsx'
import { typedNameOf, usageOf } from '../../commands/commands.ts'
import type { JobFragment } from '../protocol.ts'
import { offeredTo, type PageFrame, page } from './render-frame.tsx'
import { GuideFields, type Guides, pictureTypes } from './render-guides.tsx'
import { Mark, PictureIcon } from './render-icons.tsx'

export interface ChatContent {
  fragments: readonly JobFragment[]
  limit: number
  hasEarlier: boolean
  /** Private sentences above the field. */
  sentences: readonly string[]
  /** The choices for control and prompt pictures. */
  guides: Guides
  /** The content of the field, after a refusal. */
  text: string
}

const examples = [
  'a red circle on a blue background --seed 7',
  'a yellow moon on a night sky --n 4',
  'a purple house in the snow --refine',
]

export function chatPage(frame: PageFrame, content: ChatContent): string {
  const { words } = frame
  const isEmpty = content.fragments.length === 0
  return page(
    frame,
    { skip: words.web.skip.toField, target: '#text' },
    <>
      <main id="main">
        {content.hasEarlier && (
          <p class="earlier">
            <a href={`./?limit=${content.limit * 2}`}>{words.web.earlier}</a>
          </p>
        )}
        <section class="empty" hidden={!isEmpty} id="empty">
          <Mark />
          <h2>{words.web.empty.title}</h2>
          <p>{words.web.empty.text}</p>
          <div class="examples">
            {examples.map(example => (
              <button type="submit" form="composer" name="example" value={example} formnovalidate>
                {example}
              </button>
            ))}
          </div>
        </section>
        <ol id="feed" aria-label={words.web.feed} data-limit={content.limit}>
          {threadsOf(content.fragments).map(thread => (
            <Thread id={thread.id} fragments={thread.fragments} />
          ))}
        </ol>
      </main>
      <Composer frame={frame} content={content} />
    </>,
  )
}

/** A private reply with a link back. */
export function answerPage(frame: PageFrame, answer: Child): string {
  const { skip, dialog } = frame.words.web
  return page(
    frame,
    { skip: skip.toAnswer, target: '#main' },
    <main id="main" class="alone" tabindex={-1}>
      <div class="answer">{answer}</div>
      <p>
        <a href={frame.root}>{dialog.back}</a>
      </p>
    </main>,
  )
}

/** One sentence with a link back, in place of a page that there is not. */
export function noticePage(frame: PageFrame, sentence: string): string {
  return answerPage(frame, <p>{sentence}</p>)
}

/** Fragments by thread, in the order of the threads. */
function threadsOf(fragments: readonly JobFragment[]): { id: string; fragments: JobFragment[] }[] {
  const threads = new Map<string, JobFragment[]>()
  for (const fragment of fragments) {
    const thread = threads.get(fragment.threadId)
    if (thread) thread.push(fragment)
    else threads.set(fragment.threadId, [fragment])
  }
  return [...threads].map(([id, members]) => ({ id, fragments: members }))
}

/** The page's script builds the same elements for live updates. */
function Thread({ id, fragments }: { id: string; fragments: readonly JobFragment[] }) {
  const card = fragments.find(fragment => fragment.card !== undefined)?.card
  return (
    <li class="thread" data-thread={id}>
      <div class="head">{card !== undefined && raw(card)}</div>
      <ol class="replies">
        {fragments.map(({ jobId, version, state, reply }) => (
          <li id={`job-${jobId}`} data-job={jobId} data-version={version} data-state={state}>
            {raw(reply)}
          </li>
        ))}
      </ol>
    </li>
  )
}

function Composer({ frame, content }: { frame: PageFrame; content: ChatContent }) {
  const { composer } = frame.words.web
  return (
    <footer class="bottom">
      <div id="notices" role="status" class="notices">
        {content.sentences.map(sentence => (
          <p>{sentence}</p>
        ))}
      </div>
      <form id="composer" method="post" action="./say" enctype="multipart/form-data">
        <input type="hidden" name="once" value={frame.once} />
        <ChosenSource words={frame.words} />
        <div class="field">
          <label class="attach" title={composer.attach}>
            <span class="hidden">{composer.attach}</span>
            <PictureIcon />
            <input type="file" name="source" id="source" accept={pictureTypes} />
          </label>
          <label class="hidden" for="text">
            {composer.label}
          </label>
          <textarea
            id="text"
            name="text"
            rows={1}
            placeholder={composer.placeholder}
            aria-describedby="hint"
            autocomplete="off"
            enterkeyhint="send"
            autofocus
          >
            {content.text}
          </textarea>
          <button type="submit" class="send">
            {composer.send}
          </button>
        </div>
        <p id="hint">{composer.hint}</p>
        <GuideFields guides={content.guides} words={frame.words} />
        <Completions frame={frame} />
      </form>
    </footer>
  )
}

/** The source of image to image, once it is chosen, with its options. */
function ChosenSource({ words: { web, chat } }: Pick<PageFrame, 'words'>) {
  return (
    <div class="source" id="source-chosen">
      <img id="source-thumbnail" alt="" hidden />
      <label class="strength">
        <span>{web.composer.strength}</span>
        <input type="range" name="strength" min="0.05" max="1" step="0.05" value="0.6" />
      </label>
      <label class="mask">
        <span>{web.composer.mask}</span>
        <input type="file" name="mask" id="mask" accept={pictureTypes} />
      </label>
      <label class="mask">
        <input type="checkbox" name="only-masked" value="on" />
        <span>{chat.form.onlyMasked}</span>
      </label>
      <button type="button" id="source-remove">
        {web.composer.remove}
      </button>
    </div>
  )
}

/** The commands and LoRAs for completion; the page's script shows those that match the typed text. */
function Completions({ frame: { words, isAdmin, loras } }: { frame: PageFrame }) {
  return (
    <ul id="completions" aria-label={words.web.navLabel} hidden>
      {offeredTo(isAdmin).map(name => (
        <li>
          <button type="button" data-typed={`/${typedNameOf(name)}`}>
            <code>/{usageOf(name)}</code> {words.commands[name].about}
          </button>
        </li>
      ))}
      {loras.map(name => (
        <li hidden>
          <button type="button" data-lora={name}>
            <code>{name}</code>
          </button>
        </li>
      ))}
    </ul>
  )
}
