/** Which embeddings there are to be named in a prompt, and which of them a prompt names. Pure. */
import { nearestNames } from '../../nearest.ts'
import { type EmbeddingPart, type EncoderWidths, encoderOf } from './embedding-file.ts'
import type { PromptRule } from './prompt-rule.ts'
import { embeddingPattern } from './tokenise.ts'

/** A file of textual inversion as the library knows it. */
export interface EmbeddingFile {
  /** Its path below its folder, without extension. */
  readonly name: string
  readonly hash: string
  readonly parts: readonly EmbeddingPart[]
}

/** What a name in a prompt stands for: vectors in one file, or in two where each encoder has its own. */
export interface NamedEmbedding {
  readonly name: string
  readonly parts: readonly (EmbeddingPart & { readonly file: string; readonly hash: string })[]
}

/** By file name, by its last part alone, and by diffusers' placeholder; whatever is found first under a name has it. */
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

/** Those that the texts name, each once, in the library's order. */
export function embeddingsIn(
  texts: readonly string[],
  known: readonly NamedEmbedding[],
  way: PromptRule['embeddingNames'],
): NamedEmbedding[] {
  const lower = texts.map(text => text.toLowerCase())
  // Most names stand in no text at all, and finding that out costs little.
  const near = known.filter(({ name }) => lower.some(text => text.includes(name.toLowerCase())))
  const pattern = embeddingPattern(
    near.map(({ name }) => name),
    way,
  )
  if (!pattern) return []
  const named = new Set(
    texts.flatMap(text => [...text.matchAll(pattern)].map(({ groups }) => groups?.name?.toLowerCase())),
  )
  return near.filter(({ name }) => named.has(name.toLowerCase()))
}

/** What stands behind `embedding:` and is none, with the nearest that are. */
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

/** The widths that do not fit a model's encoders; none where every part does. */
export function unfitWidths({ parts }: NamedEmbedding, widths: EncoderWidths): number[] {
  return parts.filter(part => encoderOf(part, widths) === undefined).map(({ width }) => width)
}
