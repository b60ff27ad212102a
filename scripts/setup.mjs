// Owns what must be true before `npm start` and `npm test`: dependencies installed, TypeScript built and,
// with --tests, the programs that only tests need. Uses nothing but Node, since it runs before `npm ci`.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const wantsTests = process.argv.includes('--tests')

requireNode(20, 9)
installDependencies()
build()
if (wantsTests) installTestPrograms()

function requireNode(major, minor) {
  const [a, b] = process.versions.node.split('.').map(Number)
  if (a > major || (a === major && b >= minor)) return
  fail(`Easel needs Node ${major}.${minor} or newer; this is ${process.versions.node}.`)
}

/**
 * `npm ci`, only when node_modules was installed from another package-lock.json, or for a Node whose native modules this one
 * cannot load.
 */
function installDependencies() {
  const stamp = join(root, 'node_modules', '.easel-lock')
  const lock = readFileSync(join(root, 'package-lock.json'))
  const hash = createHash('sha256').update(lock).digest('hex')
  const installed = `${hash} ${process.platform} ${process.arch} ${process.versions.modules}`
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === installed) return
  if (!isInstalledByHand(lock)) {
    say('installing dependencies (npm ci) …')
    // The CPU's runtime only: the CUDA libraries are a step of their own. The same as in .npmrc, for an npm that drops it.
    const env = { ONNXRUNTIME_NODE_INSTALL: 'skip', ...process.env }
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], env)
  }
  writeFileSync(stamp, installed)
}

/** Whether somebody has just run `npm ci`: npm lists what it installed. Optional packages, of which most are for other systems, may be absent. */
function isInstalledByHand(lock) {
  const list = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(list)) return false
  const found = JSON.parse(readFileSync(list, 'utf8')).packages
  const { '': _, ...wanted } = JSON.parse(lock).packages
  const isSame = Object.entries(wanted).every(([path, { version, integrity, optional }]) =>
    found[path] ? found[path].version === version && found[path].integrity === integrity : optional === true,
  )
  return isSame && loadsNatively()
}

/** Whether a module compiled for one version of Node loads in this one, and one whose libraries are optional packages has them. */
function loadsNatively() {
  const command = ['-e', "new (require('better-sqlite3'))(':memory:').close(); require('sharp')"]
  return spawnSync(process.execPath, command, { cwd: root, stdio: 'ignore' }).status === 0
}

/** Compiles when a source is newer than the last complete build. */
function build() {
  const stamp = join(root, 'dist', '.built')
  const builtAt = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const inputs = [
    'src',
    'tools',
    'scripts/build.mjs',
    'tsconfig.json',
    'tsconfig.build.json',
    'tsconfig.client.json',
    'package-lock.json',
  ]
  if (inputs.every(name => newest(join(root, name)) <= builtAt)) return
  say('building …')
  run(process.execPath, [join(root, 'scripts', 'build.mjs')])
}

function newest(path) {
  if (!existsSync(path)) return 0
  const stat = statSync(path)
  if (!stat.isDirectory()) return stat.mtimeMs
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs)
}

/** Programs that only tests need, from Debian's packages; elsewhere the variable of the environment names one. */
function installTestPrograms() {
  const programs = [
    {
      name: 'Chromium',
      use: 'browser tests',
      variable: 'CHROMIUM_PATH',
      files: ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'],
      packages: ['chromium', 'fonts-dejavu-core'],
    },
    {
      name: 'redis-server',
      use: 'tests of other machines',
      variable: 'REDIS_SERVER_PATH',
      files: ['/usr/bin/redis-server', '/usr/bin/valkey-server', '/usr/local/bin/redis-server'],
      packages: ['redis-server'],
    },
  ]
  const missing = programs.filter(({ variable, files }) => !process.env[variable] && !files.some(existsSync))
  if (missing.length === 0) return
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    for (const { name, use, variable, packages } of missing) {
      say(`The ${use} need ${name}: install it (Debian: apt-get install ${packages[0]}) or set ${variable}.`)
    }
    process.exit(1)
  }
  say(`installing ${missing.map(({ name }) => name).join(' and ')} for the tests (apt-get) …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  run('apt-get', ['update', '-qq'], env)
  const packages = missing.flatMap(one => one.packages)
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], env)
}

/** Everything a child prints goes to stderr, so that a command's own stdout stays clean. */
function run(command, args, env = process.env) {
  try {
    execFileSync(command, args, { cwd: root, env, stdio: ['ignore', process.stderr, process.stderr] })
  } catch (error) {
    fail(
      `${command} ${args.join(' ')} failed (exit code ${error.status ?? error.code}); its output is above.`,
    )
  }
}

function say(text) {
  process.stderr.write(`easel: ${text}\n`)
}

function fail(text) {
  say(text)
  process.exit(1)
}
