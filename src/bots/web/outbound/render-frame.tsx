/**
 * Renders what all pages of the web chat share: the head, the bar and the dialog. All URLs of a page are relative, so a proxy
 * may serve the chat below a path of its own.
 */
import type { Child } from 'hono/jsx'
import type { Words } from '../../../words/en.ts'
import { type CommandName, commandNames, commands, typedNameOf } from '../../commands/commands.ts'
import { Mark } from './render-icons.tsx'
import { markup } from './render-job.tsx'
import { scriptData } from './script-data.ts'

/** The data of every page. */
export interface PageFrame {
  words: Words
  /** `script`: undefined for a page that works without one. */
  assets: { style: string; script?: string; icon: string }
  /** The relative URL of the chat's folder: `./`, or the way up from an address below it. */
  root: string
  /** The idempotency key of this rendering: a form that is submitted twice is one event. */
  once: string
  isAdmin: boolean
  /** The names for completion after `--lora`. */
  loras: readonly string[]
}

/** The commands for a person. */
export function offeredTo(isAdmin: boolean): readonly CommandName[] {
  return commandNames.filter(name => isAdmin || commands[name].access === 'everyone')
}

function Head({ frame: { words, assets } }: { frame: PageFrame }) {
  const { web } = words
  return (
    <head>
      <meta charset="utf-8" />
      <meta
        name="viewport"
        content="width=device-width, initial-scale=1, interactive-widget=resizes-content"
      />
      <meta name="color-scheme" content="light dark" />
      <title>{web.name}</title>
      <link rel="icon" href={assets.icon} type="image/svg+xml" />
      <link rel="stylesheet" href={assets.style} />
      {assets.script !== undefined && <script src={assets.script} type="module"></script>}
    </head>
  )
}

/** `link`: the link that skips the bar and leads to the main content. */
export function page(frame: PageFrame, link: { skip: string; target: string }, body: Child): string {
  const { words, root } = frame
  const { web } = words
  return `<!doctype html>${markup(
    <html lang={web.lang}>
      <Head frame={frame} />
      <body {...scriptData(web)}>
        <a class="skip" href={link.target}>
          {link.skip}
        </a>
        <header class="top">
          <h1>
            <a class="brand" href={root}>
              <Mark />
              <span>{web.name}</span>
            </a>
          </h1>
          <nav aria-label={web.navLabel}>
            {offeredTo(frame.isAdmin)
              .filter(name => commands[name].isView)
              .map(name => (
                <a href={`${root}${typedNameOf(name)}`} data-answer>
                  {words.commands[name].title}
                </a>
              ))}
          </nav>
        </header>
        {body}
        <form id="act" method="post" action={`${root}act`} hidden>
          <input type="hidden" name="once" value={frame.once} />
        </form>
        <dialog id="dialog" aria-labelledby="answer-title">
          <form method="dialog">
            <button type="submit" class="close" aria-label={web.dialog.close}>
              ×
            </button>
          </form>
          <div id="answer-notices" role="alert" class="notices" />
          <div id="answer" class="answer" />
        </dialog>
        <p id="announce" class="hidden" role="status" />
      </body>
    </html>,
  )}`
}
