/** Renders private replies: messages, the Remix form, the confirmation of several jobs, statistics. Pure JSX. */
import type { Child } from 'hono/jsx'
import type { Words } from '../../../words/en.ts'
import { inUtc } from '../../../words/moment.ts'
import { type ChartStyle, chartSize } from '../../charts/stats-chart.ts'
import type { FieldChoice, FormField } from '../../chat/form-field.ts'
import type { Message } from '../../messages/message.ts'
import { type FormOptions, noOptions } from '../inbound/message-form.ts'
import { Command, PressButton } from './render-job.tsx'
import { Pictures } from './render-pictures.tsx'

/** A neutral message with its buttons, e.g. the queue or Info. */
export function MessageAnswer({ message, words }: { message: Message; words: Words }) {
  return (
    <Answer title={message.title} jobIds={message.jobIds}>
      <Facts lines={message.lines} />
      <Pictures pictures={message.pictures} words={words} />
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

/** The Remix form, with the picture's command. */
export function RemixForm(props: { pictureId: string; text: string; once: string; words: Words }) {
  const { remix } = props.words.web
  return (
    <Answer title={remix.title}>
      <form method="post" action="./act" class="remix">
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

/** The confirmation of an expanded prompt. A page cannot fill in a file again, so the person selects it again. */
export function ConfirmForm(props: {
  prompts: readonly string[]
  text: string
  chosen?: FormOptions | undefined
  once: string
  words: Words
}) {
  const { confirm } = props.words.web
  const { pictures, flags, strength } = props.chosen ?? noOptions
  const count = props.prompts.length
  return (
    <Answer title={confirm.title(count)}>
      <ol class="prompts" tabindex={0} aria-labelledby="answer-title">
        {props.prompts.map(prompt => (
          <li>{prompt}</li>
        ))}
      </ol>
      <form method="post" action="./say" enctype="multipart/form-data" class="confirm">
        <input type="hidden" name="once" value={props.once} />
        <input type="hidden" name="confirmed" value="yes" />
        <input type="hidden" name="text" value={props.text} />
        {strength !== undefined && <input type="hidden" name="strength" value={strength} />}
        {[...flags].map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        {[...pictures.keys()].map(use => (
          <label class="again">
            {confirm.again(props.words.chat.pictures[use])} <input type="file" name={use} required />
          </label>
        ))}
        <button type="submit" class="send" autofocus>
          {confirm.yes(count)}
        </button>
      </form>
    </Answer>
  )
}

/** The form for a person's defaults, all optional. */
export function SettingsForm(props: { fields: readonly FormField[]; once: string; words: Words }) {
  const { settings } = props.words.chat
  return (
    <Answer title={settings.title}>
      <p>{settings.intro}</p>
      <form method="post" action="./settings" class="settings">
        {props.fields.map(field => (
          <>
            <label for={`default-${field.id}`}>{field.label}</label>
            <Field field={field} />
          </>
        ))}
        <input type="hidden" name="once" value={props.once} />
        <button type="submit" class="send">
          {settings.save}
        </button>
      </form>
    </Answer>
  )
}

function Field({ field }: { field: FormField }) {
  const named = { name: field.id, id: `default-${field.id}` }
  switch (field.kind) {
    case 'text':
      return <input {...named} value={field.value ?? ''} placeholder={field.hint} />
    case 'picture':
      return <input {...named} type="file" />
    case 'choice':
      return <Select {...named} choices={field.choices} chosen={field.chosen} none={field.none} />
    case 'check':
      return (
        <Select
          {...named}
          choices={[{ label: field.yes, value: 'on' }]}
          chosen={field.isChecked ? 'on' : undefined}
          none={field.none}
        />
      )
  }
}

function Select(props: {
  name: string
  id: string
  choices: readonly FieldChoice[]
  chosen: string | undefined
  none: string | undefined
}) {
  const { name, id, choices, chosen, none } = props
  return (
    <select name={name} id={id}>
      {none !== undefined && <option value="">{none}</option>}
      {choices.map(({ value, label }) => (
        <option value={value} selected={value === chosen}>
          {label}
        </option>
      ))}
    </select>
  )
}

export function StatsAnswer(props: { message: Message; days: number; words: Words }) {
  const { stats } = props.words.web
  const { message, days } = props
  return (
    <Answer title={message.title}>
      <nav class="periods" aria-label={stats.period}>
        {[1, 7, 30].map(choice => (
          <a href={`./stats?days=${choice}`} data-answer aria-current={choice === days ? 'true' : undefined}>
            {stats.days(choice)}
          </a>
        ))}
      </nav>
      <Chart days={days} alt={message.lines.join('\n')} />
      <Facts lines={message.lines} />
      <p>
        <a href={`./stats/easel-stats.csv?days=${days}`}>{stats.csv}</a>
      </p>
    </Answer>
  )
}

/** Where the chart is drawn for a phone's width, as in the style sheet. */
const narrowScreen = '(max-width: 36rem)'
const darkTheme = '(prefers-color-scheme: dark)'

/** The chart in the page's theme, and legible on a phone. */
function Chart({ days, alt }: { days: number; alt: string }) {
  const of = (theme: ChartStyle['theme'], size: ChartStyle['size']) => {
    const { widthPx, heightPx } = chartSize(size)
    const url = `./stats/chart.png?days=${days}&theme=${theme}&size=${size}`
    return { url, width: widthPx, height: heightPx }
  }
  const source = (media: string, { url, ...size }: ReturnType<typeof of>) => (
    <source media={media} srcset={url} {...size} />
  )
  const { url, ...size } = of('light', 'wide')
  return (
    <picture>
      {source(`${narrowScreen} and ${darkTheme}`, of('dark', 'narrow'))}
      {source(narrowScreen, of('light', 'narrow'))}
      {source(darkTheme, of('dark', 'wide'))}
      <img class="chart" src={url} {...size} alt={alt} />
    </picture>
  )
}

/** `jobIds`: the jobs whose texts it shows. The page's script closes it when one of them is deleted. */
function Answer({
  title,
  jobIds = [],
  children,
}: {
  title: string
  jobIds?: readonly string[] | undefined
  children: Child
}) {
  return (
    <section data-jobs={jobIds.join(' ')}>
      <h2 id="answer-title">{title}</h2>
      {children}
    </section>
  )
}

/** The lines of a message as a list. */
function Facts({ lines }: { lines: readonly string[] }) {
  return (
    <ul class="facts">
      {lines.map(line => (
        <li>
          <Fact line={line} />
        </li>
      ))}
    </ul>
  )
}

/** Formats a line: commands as code, names and values distinct. */
function Fact({ line: withMoments }: { line: string }) {
  const line = inUtc(withMoments)
  const [, typed, meaning] = /^(\/imagine .*|(?:\/|--)[a-z].*?(?=: ))(.*)$/s.exec(line) ?? []
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
      <span class="name">{name}</span> <span>{value}</span>
    </>
  )
}
