/**
 * Checks what Easel is made of, and writes what it found into a folder: sbom.cdx.json (CycloneDX, by npm itself) and
 * licences.txt. Fails on what nobody has allowed, and where packing twice gives two different packages.
 *
 *   npm run supply-chain [-- FOLDER]
 */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../src/system/paths.ts'
import { findProblems, licenceReport, lockfile, manifest } from './supply-chain/lockfile.ts'

const [folder = join(packageRoot, 'dist', 'supply-chain')] = process.argv.slice(2)
mkdirSync(folder, { recursive: true })

const lock = lockfile.parse(readJson('package-lock.json'))
const problems = findProblems(lock, manifest.parse(readJson('package.json')))
writeFileSync(join(folder, 'licences.txt'), licenceReport(lock))
writeFileSync(
  join(folder, 'sbom.cdx.json'),
  npm('sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--omit=dev'),
)
const [first, second] = [packedHash(), packedHash()]
if (first !== second) problems.push(`npm pack: gave ${first}, then ${second}`)

for (const problem of problems) process.stderr.write(`supply chain: ${problem}\n`)
process.stdout.write(`The package's SHA-256 is ${first}. What it is made of: ${folder}\n`)
process.exitCode = problems.length === 0 ? 0 : 1

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(join(packageRoot, name), 'utf8'))
}

function npm(...args: string[]): string {
  return execFileSync('npm', args, {
    cwd: packageRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** Builds and packs; the package goes again. */
function packedHash(): string {
  const target = mkdtempSync(join(tmpdir(), 'easel-pack-'))
  try {
    npm('pack', '--silent', `--pack-destination=${target}`)
    const [name = ''] = readdirSync(target)
    return createHash('sha256')
      .update(readFileSync(join(target, name)))
      .digest('hex')
  } finally {
    rmSync(target, { recursive: true })
  }
}
