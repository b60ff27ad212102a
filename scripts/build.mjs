// Owns dist/: what `tsc` makes of src/ and tools/, the files that are served as they are, the bundled program, and a stamp for setup.mjs.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

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
await bundleProgram()
writeFileSync(join(root, 'dist/.built'), startedAt.toISOString())

/**
 * The command and its workers once more, with their modules in few files (docs/decisions/0019-bundled-program.md). What is imported later stays
 * a chunk of its own, and packages stay in node_modules.
 */
async function bundleProgram() {
  // Beside it first: a failed build leaves the program of before, and another start finds one of the two whole.
  const made = join(root, `dist/bin-${process.pid}`)
  await build({
    absWorkingDir: root,
    entryPoints: { easel: 'src/cli.ts', worker: 'src/engine/host/worker.ts' },
    outdir: made,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20.9',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
  })
  chmodSync(join(made, 'easel.js'), 0o755)
  rmSync(join(root, 'dist/bin'), { recursive: true, force: true })
  renameSync(made, join(root, 'dist/bin'))
}

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
