/** The static files: style sheet, icon and the page's script. Their URLs contain a content hash, so they never expire. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Context, Hono } from 'hono'
import { builtFile } from '../../system/paths.ts'

const types = { 'style.css': 'text/css; charset=utf-8', 'icon.svg': 'image/svg+xml' } as const
type AssetName = keyof typeof types

export interface Assets {
  /** The URL of a file, with its content hash; relative, like all URLs of the pages. */
  url(name: AssetName): string
  /** The URL of the page's script; its modules are beside it, with one version. */
  scriptUrl: string
  routes: Hono
}

/** The modules of the pages' script. */
const scriptFolder = builtFile('bots/web/client')

/** Reads all files once. */
export function loadAssets(): Assets {
  const files = new Map(
    Object.entries(types).map(([name, type]) => {
      const body = readFileSync(builtFile(`bots/web/assets/${name}`), 'utf8')
      return [name, { body, type, version: versionOf(body) }]
    }),
  )
  const scripts = new Map(
    readdirSync(scriptFolder)
      .filter(name => name.endsWith('.js'))
      .map(name => [name, readFileSync(join(scriptFolder, name), 'utf8')]),
  )
  const scriptVersion = versionOf([...scripts].flat().join('\n'))
  const routes = new Hono()
    .get('/:name', c => {
      const file = files.get(c.req.param('name'))
      return file ? serve(c, file.body, file.type, c.req.query('v') === file.version) : c.notFound()
    })
    .get('/script/:version/:name', c => {
      const body = scripts.get(c.req.param('name'))
      const isCurrent = c.req.param('version') === scriptVersion
      return body === undefined ? c.notFound() : serve(c, body, 'text/javascript; charset=utf-8', isCurrent)
    })
  return {
    url: name => `./assets/${name}?v=${files.get(name)?.version ?? ''}`,
    scriptUrl: `./assets/script/${scriptVersion}/main.js`,
    routes,
  }
}

/** A file with another version is served too, without caching. */
function serve(c: Context, body: string, type: string, isCurrent: boolean): Response {
  c.header('Content-Type', type)
  c.header('Cache-Control', isCurrent ? 'public, max-age=31536000, immutable' : 'no-cache')
  return c.body(body)
}

function versionOf(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 12)
}
