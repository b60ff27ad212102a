/** The names of embeddings, and the search for them in a prompt. Pure. */
import { nearestNames } from '../../common/nearest.ts'
import { type EmbeddingPart, type EncoderWidths, encoderOf } from './embedding-file.ts'
import type { PromptRule } from './prompt-rule.ts'
import { embeddingPattern, spelledAlike } from './tokenise.ts'

/** A file of textual inversion in the model library. */
export interface EmbeddingFile {
  /** Its path below its folder, without extension. */
  readonly name: string
  readonly hash: string
  readonly parts: readonly EmbeddingPart[]
}

/** An embedding that a prompt can name: vectors in one file, or in one file per encoder. */
export interface NamedEmbedding {
  readonly name: string
  readonly parts: readonly (EmbeddingPart & { readonly file: string; readonly hash: string })[]
}

/** Names are the file name, its last part, and diffusers' placeholder. The first file under a name has it. */
export function namedEmbeddings(files: readonly EmbeddingFile[]): NamedEmbedding[] {
  const byName = new Map<string, { name: string; parts: NamedEmbedding['parts'][number][] }>()
  const add = (name: string, part: NamedEmbedding['parts'][number], mayJoin: boolean) => {
    const known = byName.get(name.toLowerCase())
    if (!known) byName.set(name.toLowerCase(), { name, parts: [part] })
    else if (known.parts.every(one => one.width !== part.width && (mayJoin || one.file === part.file))) {
      known.parts.push(part)
    }
  }
  for (const { name, hash, parts } of files) {
    for (const part of parts.map(one => ({ ...one, file: name, hash }))) {
      add(name, part, false)
      const last = name.slice(name.lastIndexOf('/') + 1)
      if (last !== name) add(last, part, false)
      if (part.placeholder !== undefined) add(part.placeholder, part, true)
    }
  }
  return [...byName.values()]
}

/** The embeddings that the texts name, each once, in the library's order. */
export function embeddingsIn(
  texts: readonly string[],
  known: readonly NamedEmbedding[],
  way: PromptRule['embeddingNames'],
): NamedEmbedding[] {
  const read = texts.flatMap(text => [text, withoutEscapes(text)])
  const alike = read.map(spelledAlike)
  // Most names occur in no text, and this check is cheap.
  const near = known.filter(({ name }) => alike.some(text => text.includes(spelledAlike(name))))
  const pattern = embeddingPattern(
    near.map(({ name }) => name),
    way,
  )
  if (!pattern) return []
  const named = new Set(
    read.flatMap(text => [...text.matchAll(pattern)].map(({ groups }) => spelledAlike(groups?.name ?? ''))),
  )
  return near.filter(({ name }) => named.has(spelledAlike(name)))
}

/** A prompt's brackets are markup, so those of a name have backslashes there. */
function withoutEscapes(text: string): string {
  return text.replace(/\\([()[\]\\])/g, '$1')
}

/** Unknown names after `embedding:`, each with the nearest known names. */
export function unknownEmbeddings(
  text: string,
  known: readonly NamedEmbedding[],
  way: PromptRule['embeddingNames'],
): { name: string; nearest: string[] }[] {
  if (way === 'none') return []
  const names = known.map(({ name }) => name)
  return [...text.matchAll(/embedding:([^\s,()[\]|]{1,100})/gi)].flatMap(([, written = '']) => {
    const isKnown = names.some(name => written.toLowerCase().startsWith(name.toLowerCase()))
    return isKnown ? [] : [{ name: written, nearest: nearestNames(written, names, 3) }]
  })
}

/** The widths that do not fit a model's encoders; empty if every part fits. */
export function unfitWidths({ parts }: NamedEmbedding, widths: EncoderWidths): number[] {
  return parts.filter(part => encoderOf(part, widths) === undefined).map(({ width }) => width)
}
