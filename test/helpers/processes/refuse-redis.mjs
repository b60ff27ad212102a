/** With `--import`: what other machines need cannot be loaded in this process. */
import { register } from 'node:module'

const hooks = `
  const refused = /\\/node_modules\\/(bullmq|ioredis|msgpackr)\\/|\\/src\\/remote\\//
  export async function resolve(specifier, context, next) {
    const found = await next(specifier, context)
    if (refused.test(found.url)) throw new Error(found.url + ' was loaded')
    return found
  }
`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)
