/** Finds violations of the project's rules in its sources. */
import { dirname } from 'node:path/posix'
import { findImportViolations } from './imports.ts'
import {
  ambient,
  ambientAllowed,
  maxFiles,
  maxLines,
  metaphors,
  misspeltComments,
  unscopedAllowed,
  unscopedRead,
} from './rules.ts'
import { findRepeatedLists } from './shared-lists.ts'
import { type Source, withoutComments, withoutStrings } from './sources.ts'

/** All violations in `sources`, one line each: the file, then the problem. Files outside of src/ have fewer rules. */
export function findViolations(sources: readonly Source[]): string[] {
  const program = sources.filter(({ path }) => path.startsWith('src/'))
  return [
    ...findImportViolations(program),
    ...findLargeFolders(sources),
    ...sources.flatMap(checkFile),
    ...program.flatMap(checkProgram),
    ...program.flatMap(findRepeatedLists),
  ]
}

/** Folders with more files directly in them than anybody can survey. */
function findLargeFolders(sources: readonly Source[]): string[] {
  const counts = new Map<string, number>()
  for (const { path } of sources) counts.set(dirname(path), (counts.get(dirname(path)) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count > maxFiles)
    .map(([folder, count]) => `${folder}: has ${count} files, ${maxFiles} at most`)
}

/** Rules for every file of src/, test/ and tools/. */
function checkFile({ path, text }: Source): string[] {
  const found: string[] = []
  const lines = text.replace(/\n$/, '').split('\n').length
  if (lines > maxLines) found.push(`${path}: has ${lines} lines, ${maxLines} at most`)
  if (!isTest(path) && !opensWithSentence(text))
    found.push(`${path}: does not open with a sentence that says what it contains`)
  // Tests quote bad examples.
  for (const { form, complaint } of path.startsWith('test/') ? [] : misspeltComments) {
    if (form.test(text)) found.push(`${path}: ${complaint}`)
  }
  if (!/^(?:[a-z0-9-]+\/)+[a-z0-9-]+(?:\.test|\.suite)?\.tsx?$/.test(path))
    found.push(`${path}: is not named in kebab-case`)
  for (const word of metaphorsIn(`${path}\n${withoutStrings(withoutComments(text))}`))
    found.push(`${path}: has the metaphor “${word}” in a name; say ${metaphors.get(word)}`)
  return found
}

/** Rules for the program itself. */
function checkProgram({ path, text }: Source): string[] {
  const code = withoutComments(text)
  const found: string[] = []
  if (/\bexport\s+default\b/.test(code)) found.push(`${path}: has a default export`)
  if (/\bsql\.raw\b/.test(code)) found.push(`${path}: builds SQL from text; take parameters`)
  if (ambientAllowed[path] === undefined) {
    for (const call of ambient) {
      if (call.test(code)) found.push(`${path}: asks the machine by ${call.source}; take a port`)
    }
  }
  if (path.startsWith('src/app/') && unscopedAllowed[path] === undefined && unscopedRead.test(code))
    found.push(`${path}: reads jobs or pictures for anybody; take visible.ts`)
  return found
}

/** The name of a test file says what it tests, and the names of its tests say the rest. */
function isTest(path: string): boolean {
  return /\.test\.tsx?$/.test(path)
}

function opensWithSentence(text: string): boolean {
  const comment = /^(?:#!.*\n)?\/\*\*(.*?)\*\//s.exec(text)?.[1]
  return comment !== undefined && /[.!:。]\)?\s*$/m.test(comment.replace(/^\s*\* ?/gm, ''))
}

/** The metaphors among the words of the names in `code`: `deskOf` has the word `desk`. */
function metaphorsIn(code: string): string[] {
  const words = code
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .match(/[a-z]+/g)
  return [...new Set(words)].filter(word => metaphors.has(word))
}
