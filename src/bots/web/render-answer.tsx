/** Answers to one person: messages, the Remix form, the fan-out's confirmation, statistics. Pure JSX. */
import type { Child } from 'hono/jsx'
import type { PersonSettings } from '../../app/views.ts'
import type { Words } from '../../words/en.ts'
import type { Message } from '../messages/message.ts'
import { Command, PressButton } from './render-job.tsx'

/** A neutral message with its buttons, e.g. the queue or Info. */
export function MessageAnswer({ message, words }: { message: Message; words: Words }) {
  return (
    <Answer title={message.title}>
      <ul class="facts">
        {message.lines.map(line => (
          <li>
            <Fact line={line} />
          </li>
        ))}
      </ul>
      {message.pictures.length > 0 && (
        <div class={`pictures of-${message.pictures.length}`}>
          {message.pictures.map(({ picture, altText }) => (
            <a href={`/pictures/${picture.id}`} target="_blank" rel="noopener">
              <img
                src={`/pictures/${picture.id}`}
                width={picture.widthPx}
                height={picture.heightPx}
                alt={altText}
              />
            </a>
          ))}
        </div>
      )}
      {message.command !== undefined && <Command command={message.command} words={words} />}
      {message.buttons.map(row => (
        <div class="row">
          {row.map(button => (
            <PressButton button={button} />
          ))}
        </div>
      ))}
      <p class="only-you">{words.web.dialog.onlyYou}</p>
    </Answer>
  )
}

/** Remix: the command of the picture, to be changed. */
export function RemixForm(props: { pictureId: string; text: string; once: string; words: Words }) {
  const { remix } = props.words.web
  return (
    <Answer title={remix.title}>
      <form method="post" action="/act" class="remix">
        <input type="hidden" name="once" value={props.once} />
        <input type="hidden" name="button" value={`remix:${props.pictureId}`} />
        <label for="remix-text">{remix.prompt}</label>
        <textarea id="remix-text" name="text" rows={6} autofocus>
          {props.text}
        </textarea>
        <button type="submit" class="send">
          {remix.send}
        </button>
      </form>
    </Answer>
  )
}

/** What a prompt expands to, to be agreed to. A file cannot be put into a form again: it is asked for once more. */
export function ConfirmForm(props: {
  prompts: readonly string[]
  text: string
  strength?: number
  hasSource: boolean
  hasMask: boolean
  once: string
  words: Words
}) {
  const { confirm } = props.words.web
  const count = props.prompts.length
  return (
    <Answer title={confirm.title(count)}>
      <ol class="prompts">
        {props.prompts.map(prompt => (
          <li>{prompt}</li>
        ))}
      </ol>
      <form method="post" action="/say" enctype="multipart/form-data" class="confirm">
        <input type="hidden" name="once" value={props.once} />
        <input type="hidden" name="confirmed" value="yes" />
        <input type="hidden" name="text" value={props.text} />
        {props.strength !== undefined && <input type="hidden" name="strength" value={props.strength} />}
        {props.hasSource && (
          <label class="again">
            {confirm.sourceAgain} <input type="file" name="source" required />
          </label>
        )}
        {props.hasMask && (
          <label class="again">
            {confirm.maskAgain} <input type="file" name="mask" required />
          </label>
        )}
        <button type="submit" class="send" autofocus>
          {confirm.yes(count)}
        </button>
      </form>
    </Answer>
  )
}

/** A person's own defaults, each of which may be left open. */
export function SettingsForm(props: {
  settings: PersonSettings
  models: readonly string[]
  once: string
  words: Words
}) {
  const { settings: words } = props.words.web
  const { model, size, count, negative, refine } = props.settings
  const choices = (
    name: string,
    chosen: string,
    values: readonly (readonly [value: string, label: string])[],
  ) => (
    <select name={name} id={`default-${name}`}>
      {[['', words.unset] as const, ...values].map(([value, label]) => (
        <option value={value} selected={value === chosen}>
          {label}
        </option>
      ))}
    </select>
  )
  const counts = ['1', '2', '3', '4'].map(n => [n, n] as const)
  const refining = [['on', words.on] as const, ['off', words.off] as const]
  return (
    <Answer title={words.title}>
      <p>{words.intro}</p>
      <form method="post" action="/settings" class="settings">
        <label for="default-model">{words.model}</label>
        {choices(
          'model',
          model ?? '',
          props.models.map(name => [name, name] as const),
        )}
        <label for="default-size">{words.size}</label>
        <input
          name="size"
          id="default-size"
          value={size ? `${size.widthPx}x${size.heightPx}` : ''}
          placeholder={words.unset}
        />
        <label for="default-n">{words.n}</label>
        {choices('n', String(count ?? ''), counts)}
        <label for="default-no">{words.no}</label>
        <input name="no" id="default-no" value={negative ?? ''} />
        <label for="default-refine">{words.refine}</label>
        {choices('refine', refine === undefined ? '' : refine ? 'on' : 'off', refining)}
        <input type="hidden" name="once" value={props.once} />
        <button type="submit" class="send">
          {words.save}
        </button>
      </form>
    </Answer>
  )
}

export function StatsAnswer(props: { message: Message; days: number; words: Words }) {
  const { stats } = props.words.web
  const { message, days } = props
  return (
    <Answer title={message.title}>
      <nav class="periods" aria-label={stats.period}>
        {[1, 7, 30].map(choice => (
          <a href={`/stats?days=${choice}`} data-answer aria-current={choice === days ? 'true' : undefined}>
            {stats.days(choice)}
          </a>
        ))}
      </nav>
      <img
        class="chart"
        src={`/stats/chart.png?days=${days}`}
        width="720"
        height="420"
        alt={message.lines.join('\n')}
      />
      <ul class="facts">
        {message.lines.map(line => (
          <li>
            <Fact line={line} />
          </li>
        ))}
      </ul>
      <p>
        <a href={`/stats/easel-stats.csv?days=${days}`}>{stats.csv}</a>
      </p>
    </Answer>
  )
}

function Answer({ title, children }: { title: string; children: Child }) {
  return (
    <section>
      <h2 id="answer-title">{title}</h2>
      {children}
    </section>
  )
}

/** Sets off what is typed, and names from their values. */
function Fact({ line }: { line: string }) {
  const [, typed, meaning] = /^(\/imagine .*|\/[a-z]+(?= )|--[a-z0-9-]+.*?(?=: ))(.*)$/s.exec(line) ?? []
  if (typed !== undefined) {
    return (
      <>
        <code>{typed}</code> {meaning?.replace(/^: | /, '')}
      </>
    )
  }
  const [, name, value] = /^(\S[^:：]{0,24})(?:: |：)(.+)$/s.exec(line) ?? []
  if (name === undefined) return <>{line}</>
  return (
    <>
      <span class="name">{name}</span> {value}
    </>
  )
}
