/** What package-lock.json says of every package that is installed, held against what this project allows. Pure. */
import { z } from 'zod'

const lockedPackage = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  license: z.string().optional(),
  hasInstallScript: z.boolean().optional(),
  dev: z.boolean().optional(),
})

export const lockfile = z.object({ packages: z.record(z.string(), lockedPackage) })
export type Lockfile = z.infer<typeof lockfile>

export const manifest = z.object({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  /** Packages whose install scripts npm runs: https://docs.npmjs.com/cli/v11/configuring-npm/package-json */
  allowScripts: z.record(z.string(), z.boolean()),
})
export type Manifest = z.infer<typeof manifest>

/** SPDX expressions that were looked at; another one, though it may be as harmless, is looked at first. */
const licences: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'MIT OR Apache-2.0',
  '(BSD-2-Clause OR MIT OR Apache-2.0)',
  '(MIT OR CC0-1.0)',
  '(MIT OR WTFPL)',
  // libvips in sharp's packages: loaded as a library of its own, which anybody may replace.
  'LGPL-3.0-or-later',
  'Apache-2.0 AND LGPL-3.0-or-later',
  'Apache-2.0 AND LGPL-3.0-or-later AND MIT',
])
/** What only builds and tests, and is given to nobody. */
const developmentLicences: ReadonlySet<string> = new Set([...licences, 'MPL-2.0'])

interface Installed {
  /** Where it lies, `node_modules/a/node_modules/b`. */
  path: string
  name: string
  facts: z.infer<typeof lockedPackage>
}

function installedBy({ packages }: Lockfile): Installed[] {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, facts]) => ({ path, name: path.replace(/^.*node_modules\//, ''), facts }))
}

/** Whatever of it nobody has allowed, one line each. */
export function findProblems(lock: Lockfile, { allowScripts, ...own }: Manifest): string[] {
  const installed = installedBy(lock)
  const withScripts = new Set(installed.filter(({ facts }) => facts.hasInstallScript).map(({ name }) => name))
  return [
    ...Object.entries({ ...own.dependencies, ...own.devDependencies })
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))
      .map(([name, version]) => `${name}: ${version} is no exact version`),
    ...[...withScripts].filter(name => !allowScripts[name]).map(name => `${name}: has an install script`),
    ...Object.keys(allowScripts)
      .filter(name => !withScripts.has(name))
      .map(name => `${name}: is allowed an install script and has none`),
    ...installed.flatMap(problemsOf),
  ]
}

function problemsOf({ path, facts }: Installed): string[] {
  const { resolved, integrity = '', license = 'none' } = facts
  const allowed = facts.dev ? developmentLicences : licences
  return [
    // The lock leaves the registry's own addresses out.
    ...(resolved === undefined ? [] : [`${path}: comes from ${resolved}, not from the registry`]),
    ...(integrity.startsWith('sha512-') ? [] : [`${path}: is not pinned by a SHA-512`]),
    ...(allowed.has(license) ? [] : [`${path}: has a licence that nobody looked at: ${license}`]),
  ]
}

/** One line for each package that Easel is given with: name, version, licence. */
export function licenceReport(lock: Lockfile): string {
  const lines = installedBy(lock)
    .filter(({ facts }) => !facts.dev)
    .map(({ name, facts }) => `${name} ${facts.version ?? ''}  ${facts.license ?? ''}\n`)
  return [...new Set(lines)].sort().join('')
}
