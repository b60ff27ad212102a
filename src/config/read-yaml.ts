/** Reads a YAML file of the configuration. */
import { readFileSync } from 'node:fs'
import { parse, YAMLParseError } from 'yaml'
import type { ConfigProblem, YamlFault } from '../errors/config-problem.ts'
import { AppError } from '../errors/errors.ts'
import { readFileProblem } from '../errors/file-problem.ts'

/** The faults by the parser's error code. */
const faults: { readonly [Code in YAMLParseError['code']]?: YamlFault } = {
  // It may be a bracket that is closed on a later line, or never.
  BAD_INDENT: 'indentation',
  TAB_AS_INDENT: 'tab',
  DUPLICATE_KEY: 'duplicate-key',
  BLOCK_AS_IMPLICIT_KEY: 'nested-key',
  BAD_SCALAR_START: 'reserved-character',
  MULTIPLE_DOCS: 'several-documents',
}

/**
 * The value of a file; an empty file is an empty object.
 * @throws AppError 'file' when the file cannot be read, 'config' when it is not YAML.
 */
export function readYaml(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new AppError('file', { file, doing: 'read', problem: readFileProblem(error) }, error)
  }
  try {
    return parse(text) ?? {}
  } catch (error) {
    throw new AppError('config', { file, key: '', problem: yamlProblem(error) }, error)
  }
}

function yamlProblem(error: unknown): ConfigProblem {
  // The parser throws a ReferenceError for an alias without an anchor.
  if (!(error instanceof YAMLParseError))
    return { what: 'yaml', fault: error instanceof ReferenceError ? 'unknown-alias' : 'syntax' }
  const start = error.linePos?.[0]
  return {
    what: 'yaml',
    fault: faults[error.code] ?? 'syntax',
    position: start && { line: start.line, column: start.col },
  }
}
