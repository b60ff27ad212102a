// Owns dist/: what `tsc` makes of src/ and tools/, the files that are served as they are, and a stamp for setup.mjs.
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const startedAt = new Date()

// The server and the tools for Node, the web chat's script for browsers.
for (const project of ['tsconfig.build.json', 'tsconfig.client.json']) {
  const compiler = spawnSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, project)],
    { cwd: root, stdio: ['ignore', process.stderr, process.stderr] },
  )
  // tsc has said what is wrong.
  if (compiler.status !== 0) process.exit(1)
}
copyAssets(join(root, 'src'))

const cli = join(root, 'dist/src/cli.js')
if (existsSync(cli)) chmodSync(cli, 0o755)
writeFileSync(join(root, 'dist/.built'), startedAt.toISOString())

/** Style sheets and pictures beside the sources travel with them. */
function copyAssets(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) copyAssets(path)
    else if (/\.(css|js|svg|png|ico|json|txt)$/.test(name)) {
      const target = join(root, 'dist', relative(root, path))
      mkdirSync(dirname(target), { recursive: true })
      cpSync(path, target)
    }
  }
}
