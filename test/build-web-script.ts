/** Before the tests: the web chat's script is compiled, where its sources are newer than what the last build made. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../src/system/paths.ts'

const sources = join(packageRoot, 'src/bots/web/client')
const made = join(packageRoot, 'dist/src/bots/web/client')

export function setup(): void {
  const isCurrent = readdirSync(sources).every(name => {
    const target = join(made, name.replace(/\.ts$/, '.js'))
    return existsSync(target) && statSync(target).mtimeMs >= statSync(join(sources, name)).mtimeMs
  })
  if (isCurrent) return
  const compiler = join(packageRoot, 'node_modules/typescript/bin/tsc')
  const project = join(packageRoot, 'tsconfig.client.json')
  // Without what it remembers: it would not write again what somebody took away.
  const args = [compiler, '-p', project, '--incremental', 'false']
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' })
  if (status !== 0) throw new Error('the web chat’s script does not compile')
}
