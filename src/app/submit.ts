/** Submits a request: checks it, resolves it to work orders, and stores the jobs. */
import { templateFor } from '../engine/text/expand-prompt.ts'
import { accept, duplicateOf } from './accept.ts'
import { visiblePicture } from './access/visible.ts'
import { checkTexts } from './checks/text-limits.ts'
import { withoutConsequences } from './checks/unread-flags.ts'
import type { ImagineOutcome } from './easel.ts'
import type { AppParts } from './parts.ts'
import type { Caller } from './people/people.ts'
import { type Problem, problem } from './problems.ts'
import type { GivenPicture, ImagineRequest } from './requests.ts'
import { type Admission, admitPicture, type NewGivenPicture } from './resolve/given-pictures.ts'
import { type PicturePlace, picturesOf } from './resolve/request-pictures.ts'
import type { AdmittedPicture } from './resolve/resolve.ts'
import { resolveAll } from './resolve/resolve-all.ts'
import { variantsOf, withWildcardsDrawn } from './resolve/variants.ts'
import { Findings } from './views/findings.ts'
import type { PersonSettings } from './views/views.ts'

export interface Submission {
  request: ImagineRequest
  /** The fan-out was shown, and the person agreed. */
  confirmed: boolean
  /** `imagine` or `remix`. */
  action: string
  settings: PersonSettings
  /** Pictures of the pressed result's order, including other people's uploads. */
  granted?: readonly string[]
  /** Runs inside the transaction. */
  refusal?(): Problem | undefined
}

export async function submit(
  parts: AppParts,
  submission: Submission,
  caller: Caller,
): Promise<ImagineOutcome> {
  const overridden = (submission.request.overridden ?? []).map(each => problem('flag-overridden', each))
  const outcome = await resolveAndAccept(parts, submission, overridden, caller)
  if (outcome.kind !== 'refused') return outcome
  // What is given back to be sent again lacks the values that were overridden, so a refusal names them too.
  return { kind: 'refused', problems: [...outcome.problems, ...overridden] }
}

async function resolveAndAccept(
  parts: AppParts,
  submission: Submission,
  overridden: readonly Problem[],
  caller: Caller,
): Promise<ImagineOutcome> {
  const { request, confirmed, action } = submission
  const duplicate = duplicateOf(parts, caller)
  if (duplicate) return duplicate

  const findings = new Findings()
  const unread = request.problems ?? []
  for (const problem of unread) findings.add(problem)
  if (!checkTexts(request, parts.config.limits, findings)) {
    return { kind: 'refused', problems: findings.problems }
  }
  const variants = variantsOf(request, parts.config.limits, findings)
  const requests = withWildcardsDrawn(variants, parts.config, parts.random, findings)
  const admissions = await admitAll(parts, submission, caller)
  const given = addedBy(admissions)
  // If the prompt cannot be expanded, the rest of the request is still checked.
  const pictures = admittedOf(admissions, findings)
  const { orders, notices } = await resolveAll(
    requests.length > 0 ? requests : [request],
    () => ({ ...parts, settings: submission.settings, pictures, seed: parts.random.uint32() }),
    parts.catalogue,
    findings,
  )
  const problems = withoutConsequences(findings.problems, unread)
  if (problems.length > 0 || (variants.length > 1 && !confirmed)) {
    await parts.db.discard(given.map(picture => picture.file))
    // Wildcards are drawn after the confirmation; here they are shown as typed.
    return problems.length > 0
      ? { kind: 'refused', problems }
      : { kind: 'confirm', prompts: variants.map(variant => variant.prompt) }
  }

  return accept(parts, caller, {
    action,
    jobs: orders.map((order, i) => ({ order, promptAsTyped: templateFor(requests[i]?.prompt ?? '') })),
    parent: parentOf(parts, request, caller),
    notices: [...overridden, ...notices],
    given,
    refusal: () => submission.refusal?.() ?? missingPicture(parts, [...admissions.values()]),
  })
}

/** The admitted pictures. The refusals of the others are added to the findings. */
function admittedOf(
  admissions: ReadonlyMap<PicturePlace, Admission>,
  findings: Findings,
): Map<PicturePlace, AdmittedPicture> {
  const pictures = new Map<PicturePlace, AdmittedPicture>()
  for (const [place, admission] of admissions) {
    if (admission.kind === 'refused') findings.add(admission.problem)
    else pictures.set(place, admission.picture)
  }
  return pictures
}

/** A picture with several uses is admitted once. */
async function admitAll(
  parts: AppParts,
  { request, granted }: Submission,
  caller: Caller,
): Promise<Map<PicturePlace, Admission>> {
  const known = new Map<GivenPicture, Admission>()
  const admissions = new Map<PicturePlace, Admission>()
  for (const [place, given] of picturesOf(request)) {
    const admission = known.get(given) ?? (await admitPicture(parts, caller, given, granted))
    known.set(given, admission)
    admissions.set(place, admission)
  }
  return admissions
}

/** The new pictures, each once. */
function addedBy(admissions: ReadonlyMap<PicturePlace, Admission>): NewGivenPicture[] {
  const added = [...admissions.values()].flatMap(admission =>
    admission.kind === 'admitted' ? (admission.added ?? []) : [],
  )
  return [...new Set(added)]
}

/** The problem if a stored picture was deleted after its admission. */
function missingPicture({ db }: AppParts, admitted: readonly Admission[]): Problem | undefined {
  for (const admission of admitted) {
    if (admission.kind !== 'admitted' || admission.added) continue
    const { id } = admission.picture
    if (!db.pictures.exists(id)) return problem('picture-unknown', { id })
  }
  return undefined
}

/** The parent picture of the request. A deleted one is no reason to refuse. */
function parentOf(parts: AppParts, { parentPictureId: pictureId }: ImagineRequest, caller: Caller) {
  const found = pictureId === undefined ? undefined : visiblePicture(parts.db, caller, pictureId)
  return found && { jobId: found.job.id, pictureId }
}
