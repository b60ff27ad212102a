/** The files that are served as they are: style sheet, script, icon; named by their content, so cached for ever. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Hono } from 'hono'

const types = {
  'style.css': 'text/css; charset=utf-8',
  'client.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const
type AssetName = keyof typeof types

export interface Assets {
  /** The address of a file, with the version of its content. */
  url(name: AssetName): string
  routes: Hono
}

/** Reads the files beside this module once. */
export function loadAssets(): Assets {
  const files = new Map(
    Object.entries(types).map(([name, type]) => {
      const body = readFileSync(new URL(`./assets/${name}`, import.meta.url), 'utf8')
      return [name, { body, type, version: createHash('sha256').update(body).digest('hex').slice(0, 12) }]
    }),
  )
  const routes = new Hono().get('/:name', c => {
    const file = files.get(c.req.param('name'))
    if (!file) return c.notFound()
    const isCurrent = c.req.query('v') === file.version
    c.header('Content-Type', file.type)
    c.header('Cache-Control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache')
    return c.body(file.body)
  })
  return { url: name => `/assets/${name}?v=${files.get(name)?.version ?? ''}`, routes }
}
