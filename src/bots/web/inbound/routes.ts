/** The HTTP routes of the web chat. */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { METHOD_NAME_ALL } from 'hono/router'
import { getPath } from 'hono/utils/url'
import { z } from 'zod'
import type { Easel } from '../../../app/easel.ts'
import { groupBy } from '../../../common/collections/group-by.ts'
import { toAppError } from '../../../errors/errors.ts'
import { chatErrorSentence, type Words } from '../../../words/en.ts'
import { wordsFor } from '../../../words/locale.ts'
import type { AdapterParts } from '../../adapter.ts'
import { type ChartStyle, statsChart } from '../../charts/stats-chart.ts'
import type { FormValues } from '../../chat/form-field.ts'
import { commandNames, commands, typedNameOf } from '../../commands/commands.ts'
import { statsCsv } from '../../messages/stats-message.ts'
import { type Assets, loadAssets } from '../assets.ts'
import { feedOf } from '../outbound/feed.ts'
import type { Live } from '../outbound/live.ts'
import { liveEvents, liveStream } from '../outbound/live-stream.ts'
import type { Guides } from '../outbound/render-guides.tsx'
import { addressPseudonyms } from './address-pseudonyms.ts'
import { readFormBody } from './form-body.ts'
import { messageForm, optionsIn } from './message-form.ts'
import { Proxies } from './proxies.ts'
import { Receiver, type RequestContext } from './receive.tsx'
import { Responder } from './respond.ts'
import { ownAnswers, ownPagesOnly, securityHeaders } from './security.ts'
import { pictureRoutes } from './serve-picture.ts'
import { maxBodyBytes, maxPicturesBytes, uploadBudget } from './uploads.ts'
import { anonymousViewer, visitorOf } from './visitors.ts'

const pressForm = z.object({
  button: z.string().max(100),
  once: z.string().max(64).optional(),
  text: z.string().optional(),
})

/** The fields of the settings form, by their ids. */
const settingsForm = z.record(z.string(), z.unknown())

/** The common parts of the routes. */
interface RouteParts extends AdapterParts {
  readonly live: Live
  readonly words: Words
  readonly assets: Assets
  readonly proxies: Proxies
  readonly receiver: Receiver
  readonly responder: Responder
  feed(limit: number): ReturnType<typeof feedOf>
  /** A pseudonym of the client's address; undefined where it is unknown. */
  addressOf(c: Context): string | undefined
  contextOf(c: Context, once?: string): RequestContext
}

/** All routes, over one facade; `live` publishes changes to open browsers. */
export function webRoutes(adapterParts: AdapterParts, live: Live): Hono {
  const parts = routeParts(adapterParts, live)
  const app = new Hono({ getPath: pathOf })
  addGuards(app, parts)
  addPages(app, parts)
  addForms(app, parts)
  addCommands(app, parts)
  app.route(
    '/pictures',
    pictureRoutes(parts.easel, c => ({ ...anonymousViewer, person: parts.contextOf(c).person })),
  )
  refuseOtherMethods(app, parts)
  return app
}

/** Adds the response of every address to the methods that it does not have. Reads the routes, so it comes after them. */
function refuseOtherMethods(app: Hono, { words, responder, contextOf }: RouteParts): void {
  const routes = app.routes.filter(({ method }) => method !== METHOD_NAME_ALL)
  for (const [path, same] of groupBy(routes, route => route.path)) {
    const allowed = [...new Set(same.map(({ method }) => method))].sort().join(', ')
    app.all(path, c => {
      c.header('Allow', allowed)
      return responder.notice(c, contextOf, words.web.refused.method, 405)
    })
  }
}

/** The path of a request. A proxy that takes a folder off without its last slash sends `//feed` for `/feed`. */
function pathOf(request: Request): string {
  return getPath(request).replace(/^\/+/, '/')
}

function routeParts(parts: AdapterParts, live: Live): RouteParts {
  const { easel, config, clock, ids } = parts
  const words = wordsFor(config.language)
  const assets = loadAssets()
  const receiver = new Receiver({ easel, words, clock, ids, maxCount: config.limits.maxCount })
  const feed = (limit: number) => feedOf(easel, words, limit)
  const guides = () => guidesOf(easel)
  const loras = () => easel.fileNames('lora')
  const responder = new Responder({ words, assets, ids, feed, guides, loras })
  const proxies = new Proxies(config.web.proxies)
  const addressPseudonym = addressPseudonyms(`${ids.next()}${ids.next()}`)
  const addressOf = (c: Context) => {
    const { client } = proxies.addressed(c)
    return client && addressPseudonym(client)
  }
  const contextOf = (c: Context, once?: string): RequestContext => {
    const { isSecure } = proxies.addressed(c)
    const address = addressOf(c)
    const person = { ...visitorOf(c, { ids, words, isSecure }), ...(address ? { address } : {}) }
    const seesStats = easel.seesStats({ ...anonymousViewer, person })
    return { person, seesStats, once: once || ids.next(), nextOnce: ids.next() }
  }
  return { ...parts, live, words, assets, proxies, receiver, responder, feed, addressOf, contextOf }
}

/** Adds the checks before all routes, and the response of a route that fails. */
function addGuards(app: Hono, parts: RouteParts): void {
  const { config, clock, log, words, proxies, responder, addressOf, contextOf } = parts
  app.use(securityHeaders())
  app.use(ownAnswers())
  app.use(ownPagesOnly({ ...config.web, proxies, words, log }))
  // Before the body limit, which reads bodies without a content length.
  app.use(
    uploadBudget({
      clock,
      addressOf: c => addressOf(c) ?? '',
      refuseBusy: c => responder.refuse(c, contextOf(c), words.web.refused.busy, 503),
      refuseStalled: c => responder.refuse(c, contextOf(c), words.web.refused.stalled, 408),
    }),
  )
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: c =>
        responder.refuse(c, contextOf(c), words.web.refused.large(maxPicturesBytes / 1_000_000), 413),
    }),
  )
  app.notFound(c => responder.notice(c, contextOf, words.web.refused.missing, 404))
  app.onError((error, c) => {
    const fault = toAppError(error)
    log.error({ error: fault, path: c.req.path }, 'a web request failed')
    if (fault.code === 'storage' || fault.code === 'database-lost') {
      const sentence = chatErrorSentence(words, fault)
      // The page stays available when the disk is full. A damaged database cannot list its pictures.
      return responder.refuse(c, contextOf(c), sentence, 503).catch(() => c.text(sentence, 503))
    }
    return responder.notice(c, contextOf, words.web.refused.broken, 500)
  })
}

/** Adds the chat page, its files and its live changes. */
function addPages(app: Hono, parts: RouteParts): void {
  const { clock, live, words, assets, responder, feed, addressOf, contextOf } = parts
  app.route('/assets', assets.routes)
  app.get('/favicon.ico', c => c.redirect(assets.url('icon.svg')))
  app.get('/', c => responder.chat(c, contextOf(c)))
  app.get('/feed', async c => c.json(await feed(responder.limitOf(c))))
  const eventOf = liveEvents(words)
  app.get('/live', c => {
    const address = addressOf(c) ?? ''
    return liveStream(c, { live, clock, words, address, eventOf, feed: () => feed(responder.limitOf(c)) })
  })
}

/** Adds the forms of the pages. */
function addForms(app: Hono, { words, receiver, responder, contextOf }: RouteParts): void {
  const refuseUnreadable = (c: Context) =>
    responder.refuse(c, contextOf(c), words.web.refused.unreadable, 400)
  app.post('/say', async c => {
    const form = await readForm(c, messageForm)
    if (!form) return refuseUnreadable(c)
    const context = contextOf(c, form.once)
    const text = lines(form.example ?? form.text ?? '')
    const typed = { text, chosen: optionsIn(form), confirmed: form.confirmed !== undefined }
    return responder.respond(c, context, await receiver.say(typed, context), text)
  })
  app.post('/act', async c => {
    const form = await readForm(c, pressForm)
    if (!form) return refuseUnreadable(c)
    const context = contextOf(c, form.once)
    const text = form.text === undefined ? undefined : lines(form.text)
    return responder.respond(c, context, await receiver.press(form.button, text, context))
  })
  app.post('/settings', async c => {
    const form = await readForm(c, settingsForm)
    if (!form) return refuseUnreadable(c)
    const context = contextOf(c)
    return responder.respond(c, context, await receiver.saveSettings(valuesOf(form), context))
  })
}

/** Adds the commands that have a page of their own, and the files of `/stats`. */
function addCommands(app: Hono, { words, receiver, responder, contextOf }: RouteParts): void {
  for (const name of commandNames.filter(each => commands[each].isView)) {
    app.get(`/${typedNameOf(name)}`, async c => {
      const context = contextOf(c)
      const reply = await receiver.command(name, c.req.query(), context)
      return reply === 'paint' ? c.notFound() : responder.respond(c, context, reply)
    })
  }
  const statsOf = async (c: Context) => {
    const reply = await receiver.run('stats', c.req.query(), contextOf(c))
    return reply.kind === 'stats' ? reply.stats : undefined
  }
  app.get('/stats/chart.png', async c => {
    const stats = await statsOf(c)
    if (!stats) return c.notFound()
    const chart = await statsChart(stats, words, lookOf(c))
    return c.body(Uint8Array.from(chart), 200, { 'Content-Type': 'image/png' })
  })
  app.get('/stats/easel-stats.csv', async c => {
    const stats = await statsOf(c)
    if (!stats) return c.notFound()
    return c.body(statsCsv(stats), 200, { 'Content-Type': 'text/csv; charset=utf-8' })
  })
}

/** The chart's style, from the page's theme and the screen's width. */
function lookOf(c: Context): ChartStyle {
  return {
    theme: c.req.query('theme') === 'dark' ? 'dark' : 'light',
    size: c.req.query('size') === 'narrow' ? 'narrow' : 'wide',
  }
}

function guidesOf(easel: Easel): Guides {
  return { controlNets: easel.fileNames('controlnet'), ipAdapters: easel.fileNames('ip-adapter') }
}

/** The submitted form; undefined if the body is not a form or does not match the schema. */
async function readForm<Form>(c: Context, schema: z.ZodType<Form>): Promise<Form | undefined> {
  const { body } = c.req.raw
  if (!body) return undefined
  try {
    return schema.safeParse(await readFormBody(body, c.req.header('content-type') ?? '')).data
  } catch {
    // The body does not match its content type, which is the sender's fault.
    return undefined
  }
}

function valuesOf(form: Record<string, unknown>): FormValues {
  return {
    text(id) {
      const value = form[id]
      return typeof value === 'string' && value.trim() !== '' ? value : undefined
    },
  }
}

/** Forms send line breaks as CR LF. */
function lines(text: string): string {
  return text.replaceAll('\r\n', '\n')
}
