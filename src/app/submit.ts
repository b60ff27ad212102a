/** `/imagine`: the whole life of a request, up to the moment at which it is safe. */
import { templateFor } from '../engine/text/expand-prompt.ts'
import { accept, duplicateOf } from './accept.ts'
import type { ImagineOutcome } from './easel.ts'
import { Findings } from './findings.ts'
import { type Admission, admitPicture } from './given-pictures.ts'
import type { AppParts } from './parts.ts'
import type { Caller } from './people.ts'
import { type Problem, problem } from './problems.ts'
import type { GivenPicture, ImagineRequest } from './requests.ts'
import { type Resolved, resolve } from './resolve.ts'
import { drawn, variantsOf } from './variants.ts'
import type { PersonSettings } from './views.ts'

export interface Submission {
  request: ImagineRequest
  /** The fan-out was shown and agreed to. */
  confirmed: boolean
  /** `imagine` or `remix`. */
  action: string
  settings: PersonSettings
}

export async function submit(
  parts: AppParts,
  submission: Submission,
  caller: Caller,
): Promise<ImagineOutcome> {
  const { request, confirmed, action } = submission
  const duplicate = duplicateOf(parts, caller)
  if (duplicate) return duplicate

  const findings = new Findings()
  const variants = variantsOf(request, parts.config.limits, findings)
  const requests = drawn(variants, parts.config, parts.random, findings)
  if (findings.problems.length > 0) return { kind: 'refused', problems: findings.problems }

  const source = await admit(parts, caller, request.source)
  const mask = await admit(parts, caller, request.mask)
  const refusedPictures = [source, mask].flatMap(picture =>
    picture?.kind === 'refused' ? picture.problem : [],
  )
  if (refusedPictures.length > 0) return { kind: 'refused', problems: refusedPictures }
  const given = [source, mask].flatMap(picture => (picture?.kind === 'admitted' ? (picture.added ?? []) : []))

  const resolved = requests.map(single =>
    resolve(single, {
      ...parts,
      settings: submission.settings,
      source: source?.kind === 'admitted' ? source.picture : undefined,
      mask: mask?.kind === 'admitted' ? mask.picture : undefined,
      seed: parts.random.uint32(),
    }),
  )
  const [first] = resolved
  const refused = resolved.find(outcome => outcome.kind === 'refused')
  if (refused || !first || (variants.length > 1 && !confirmed)) {
    await parts.db.discard(given.map(picture => picture.file))
    // Wildcards are drawn when it is agreed to: here they stand as they were typed.
    return refused ?? { kind: 'confirm', prompts: variants.map(variant => variant.prompt) }
  }

  return accept(parts, caller, {
    action,
    jobs: resolved.flatMap((outcome, i) =>
      outcome.kind === 'order'
        ? { order: outcome.order, promptAsTyped: templateFor(requests[i]?.prompt ?? '') }
        : [],
    ),
    parent: parentOf(parts, request),
    notices: noticesOf(first),
    given,
    refusal: () => missingPicture(parts, [source, mask]),
  })
}

async function admit(parts: AppParts, caller: Caller, given: GivenPicture | undefined) {
  return given && admitPicture(parts, parts.db.people.find(caller.person), given)
}

/** A stored picture that was deleted since it was admitted. */
function missingPicture({ db }: AppParts, admitted: (Admission | undefined)[]): Problem | undefined {
  for (const admission of admitted) {
    if (admission?.kind !== 'admitted' || admission.added) continue
    const { id } = admission.picture
    if (!db.pictures.get(id)) return problem('picture-unknown', { id })
  }
  return undefined
}

/** The picture that a request says it came from; one that is gone is no reason to refuse. */
function parentOf(parts: AppParts, request: ImagineRequest) {
  const { parentPictureId: pictureId } = request
  const jobId = pictureId === undefined ? undefined : parts.db.pictures.get(pictureId)?.jobId
  return jobId ? { jobId, pictureId } : undefined
}

function noticesOf(resolved: Resolved) {
  return resolved.kind === 'order' ? resolved.notices : []
}
