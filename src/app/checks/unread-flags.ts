/** Omits problems that report a missing flag, if the flag was typed with a value that could not be parsed. Pure. */
import type { Problem, ProblemCode } from '../problems.ts'
import type { PictureUse } from '../resolve/request-pictures.ts'

/** Problems that follow from a missing or replaced value, with the flags or attached pictures of which one is missing. */
const causes: { readonly [Code in ProblemCode]?: readonly string[] } = {
  'prompt-empty': ['prompt'],
  'strength-without-source': ['source'],
  'mask-without-source': ['source'],
  'mask-flag': ['mask'],
  'refine-flag': ['refine'],
  'strength-too-low': ['steps'],
  'control-unnamed': ['control'],
  'control-without-picture': ['source', 'controlPicture' satisfies PictureUse],
  'image-prompt-without-picture': ['promptPicture' satisfies PictureUse],
  'pictures-unused': ['control', 'image-prompt'],
}

/** The problems that remain when the unparsed values are corrected. */
export function withoutConsequences(problems: readonly Problem[], unread: readonly Problem[]): Problem[] {
  const flags = new Set(unread.map(subjectOf))
  return problems.filter(({ code }) => !causes[code]?.some(flag => flags.has(flag)))
}

/** The flag, picture or text that a parse problem concerns; for an unknown flag, the flag that was probably meant. */
function subjectOf({ code, details }: Problem): string | undefined {
  switch (code) {
    case 'flag-value':
    case 'flag-repeated':
      return withoutDashes(details.flag)
    case 'flag-unknown':
    case 'flag-of-midjourney':
      return details.nearest && withoutDashes(details.nearest)
    case 'out-of-range':
      return details.name
    case 'picture-not-fetched':
      return details.use
    case 'text-too-long':
      return details.field === 'command' ? 'prompt' : details.field
    default:
      return undefined
  }
}

function withoutDashes(flag: string): string {
  return flag.replace(/^--/, '')
}
