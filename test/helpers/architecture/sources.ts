/** Source files as the checks read them: their text without comments, and their imports. */
import { dirname, join } from 'node:path/posix'

export interface Source {
  /** From the package root, `src/app/easel.ts`. */
  path: string
  text: string
}

export interface Import {
  from: string
  /** A path in src/ for our own modules, otherwise the package's name. */
  to: string
  /** `import type`: gone after compilation. */
  typeOnly: boolean
}

/** Static and dynamic imports and re-exports, with paths resolved from the importing file. */
export function readImports(source: Source): Import[] {
  const pattern =
    /\b(?:import|export)\s+(?<type>type\s)?[\w*{}\s,$]*?\bfrom\s+'(?<from>[^']+)'|\bimport\s+'(?<bare>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'/g
  return [...withoutComments(source.text).matchAll(pattern)].map(({ groups = {} }) => {
    const name = groups.from ?? groups.bare ?? groups.dynamic ?? ''
    const to = name.startsWith('.') ? join(dirname(source.path), name) : name
    return { from: source.path, to, typeOnly: groups.type !== undefined }
  })
}

/** Removes comments, but not inside strings. */
export function withoutComments(text: string): string {
  return text.replace(
    /('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`)|\/\*.*?\*\/|(?<![:\\])\/\/[^\n]*/gs,
    (_, quoted: string | undefined) => quoted ?? '',
  )
}

/** Removes the contents of strings, but not the expressions inside templates. */
export function withoutStrings(code: string): string {
  return code.replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''")
}
