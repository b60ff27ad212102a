/** Handles button presses: each creates a new job from a stored one, or changes or shows that one. */
import type { JobRecord } from '../db/records/job-records.ts'
import type { PictureRecord } from '../db/repositories/pictures.ts'
import type { ModelRecord } from '../engine/models/record.ts'
import { templateFor } from '../engine/text/expand-prompt.ts'
import { countOf, type WorkOrder } from '../engine/work-order.ts'
import { accept, duplicateOf } from './accept.ts'
import type { Viewer } from './access/access-rules.ts'
import { grantedSources, revealsMore } from './access/granted-sources.ts'
import { visibleJob, visiblePicture } from './access/visible.ts'
import {
  deriveRefinement,
  deriveUpscale,
  deriveVariation,
  type Recipe,
  reRolled,
  variationStrengths,
} from './derive/derive.ts'
import { overlay } from './derive/overlay.ts'
import { paintRecipeOfPicture, recipeOf, recipeOfPicture } from './derive/recipes.ts'
import { requestOf } from './derive/request-of-job.ts'
import type { ActOutcome, RemixStart } from './easel.ts'
import type { AppParts } from './parts.ts'
import type { Caller } from './people/people.ts'
import { type Problem, problem } from './problems.ts'
import { cancel, remove } from './remove.ts'
import type { Action, ImagineRequest } from './requests.ts'
import { submit } from './submit.ts'
import { findByName, suggestions } from './views/catalogue.ts'
import { Findings } from './views/findings.ts'

export async function act(parts: AppParts, action: Action, caller: Caller): Promise<ActOutcome> {
  switch (action.kind) {
    case 'cancel':
      return cancel(parts, action.jobId, caller)
    case 'delete':
      return remove(parts, action.jobId, caller)
    case 're-roll':
      return reRoll(parts, action.jobId, caller)
    case 'info':
      return info(parts, action.pictureId, caller)
    case 'remix':
      return remix(parts, action.pictureId, action.request, caller)
    case 'upscale':
      return upscale(parts, action.pictureId, action.factor, caller)
    case 'refine':
    case 'vary-subtle':
    case 'vary-strong':
      return repaint(parts, action.kind, action.pictureId, caller)
  }
}

function info({ db, views }: AppParts, pictureId: string, caller: Caller): ActOutcome {
  const found = visiblePicture(db, caller, pictureId)
  return found ? { kind: 'info', ...views.pictureWithJob(found) } : refuse(problem('picture-gone', {}))
}

async function reRoll(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const job = visibleJob(parts.db, caller, jobId)
  if (!job) return refuse(problem('job-unknown', { id: jobId }))
  if (job.failure?.code === 'record-unreadable') return refuse(problem('no-recipe', {}))
  const findings = new Findings()
  if (job.state !== 'done' && job.order.kind === 'upscale') {
    const { pictureId } = job.order.source
    if (!visiblePicture(parts.db, caller, pictureId)) return refuse(problem('picture-gone', {}))
    return derive(parts, 're-roll', job.order, { job }, findings, caller)
  }
  const recipe = recipeOf(parts, job, caller)
  if (!recipe) return refuse(problem('no-recipe', {}))
  const model = currentModel(parts, recipe, findings)
  // A job without a picture is repeated unchanged. A job with one gets another seed.
  const seed = job.state === 'done' ? parts.random.uint32() : recipe.seed
  const order = model && reRolled(recipe, model, seed)
  const [picture] = parts.views.ofRecord(job).pictures
  return derive(
    parts,
    're-roll',
    order,
    { job, pictureId: picture?.id, isAnother: job.state === 'done' },
    findings,
    caller,
  )
}

/** The prompts with which a picture was painted, for the Remix form. */
export function remixStart(parts: AppParts, pictureId: string, viewer: Viewer): RemixStart | undefined {
  const found = visiblePicture(parts.db, viewer, pictureId)
  const recipe =
    found && (paintRecipeOfPicture(parts, found, viewer) ?? recipeOfPicture(parts, found, viewer))
  if (!recipe) return found && { prompt: found.job.promptAsTyped, negative: '' }
  const { positive, positive2, negative } = recipe.prompt
  const second = positive2 === undefined ? {} : { prompt2: positive2 }
  return { prompt: templateFor(positive), ...second, negative: negative ?? '' }
}

/** Submits the edited request, merged over the settings of the picture. */
async function remix(
  parts: AppParts,
  pictureId: string,
  edited: ImagineRequest,
  caller: Caller,
): Promise<ActOutcome> {
  const found = visiblePicture(parts.db, caller, pictureId)
  if (!found) return refuse(problem('picture-gone', {}), ...(edited.problems ?? []))
  const order = paintRecipeOfPicture(parts, found, caller)
  const base = order && requestOf({ order })
  const request = { ...base, ...overlay(base, edited), parentPictureId: pictureId }
  const granted = order ? grantedSources(parts.db, order, caller) : []
  if (revealsMore(granted, request, base))
    request.problems = [...(request.problems ?? []), problem('source-private', {})]
  // The picture's settings take precedence over the person's defaults.
  const settings = base ? {} : parts.db.people.settings(caller.person)
  const refusal = refusalIfDeleted(parts, found.job, caller)
  return submit(parts, { request, confirmed: true, action: 'remix', settings, granted, refusal }, caller)
}

async function upscale(
  parts: AppParts,
  pictureId: string,
  factor: 2 | 4,
  caller: Caller,
): Promise<ActOutcome> {
  const found = visiblePicture(parts.db, caller, pictureId)
  if (!found) return refuse(problem('picture-gone', {}))
  const findings = new Findings()
  const recipe = recipeOfPicture(parts, found, caller)
  const order = deriveUpscale(found.picture, factor, parts.config, findings, recipe)
  return derive(parts, `upscale-${factor}`, order, { job: found.job, pictureId }, findings, caller)
}

async function repaint(
  parts: AppParts,
  kind: 'refine' | 'vary-subtle' | 'vary-strong',
  pictureId: string,
  caller: Caller,
): Promise<ActOutcome> {
  const found = visiblePicture(parts.db, caller, pictureId)
  if (!found) return refuse(problem('picture-gone', {}))
  const painted = kind === 'refine' ? undefined : paintRecipeOfPicture(parts, found, caller)
  const recipe = painted ?? recipeOfPicture(parts, found, caller)
  if (!recipe) return refuse(problem('no-recipe', {}))
  const findings = new Findings()
  const model = currentModel(parts, recipe, findings)
  const order =
    model && deriveRepaint(parts, kind, withCountOf(recipe, found.job), found.picture, model, findings)
  const isAnother = kind !== 'refine'
  return derive(parts, kind, order, { job: found.job, pictureId, isAnother }, findings, caller)
}

function deriveRepaint(
  parts: AppParts,
  kind: 'refine' | 'vary-subtle' | 'vary-strong',
  recipe: Recipe,
  picture: PictureRecord,
  model: ModelRecord,
  findings: Findings,
): WorkOrder | undefined {
  const context = { model, config: parts.config }
  if (kind === 'refine') return deriveRefinement(recipe, picture, context, findings)
  const seed = parts.random.uint32()
  return deriveVariation(recipe, picture.id, variationStrengths[kind], seed, context, findings)
}

/** Two presses within this time are a double click: the 500 ms that systems allow, plus the transfer to the server. */
const doubleClickMs = 1000

/**
 * The last steps of every button press: refuse, report a duplicate, or accept. `isAnother`: each press gives another picture, so
 * only a double click counts as one press. Otherwise a press is a duplicate while the job of an earlier press is unfinished.
 */
async function derive(
  parts: AppParts,
  action: string,
  order: WorkOrder | undefined,
  from: { job: JobRecord; pictureId?: string; isAnother?: boolean },
  findings: Findings,
  caller: Caller,
): Promise<ActOutcome> {
  const duplicate = duplicateOf(parts, caller)
  if (duplicate) return duplicate
  if (!order || findings.problems.length > 0) return { kind: 'refused', problems: findings.problems }

  const { db } = parts
  const sinceMs = from.isAnother ? parts.clock.now() - doubleClickMs : 0
  const parent = { jobId: from.job.id, pictureId: from.pictureId }
  const refusal = refusalIfDeleted(parts, from.job, caller)
  const { promptAsTyped } = from.job
  return accept(parts, caller, {
    action,
    jobs: [{ order, promptAsTyped }],
    parent,
    notices: findings.notices,
    given: [],
    refusal() {
      const isUnderway = () =>
        db.openJobs.underway(db.people.ofAccount(caller.person), parent, action, sinceMs)
      return refusal() ?? (isUnderway() ? problem('already-running', { action }) : undefined)
    },
  })
}

/**
 * Returns the check for the transaction that adds a job derived from this one. If the job or one of its sources was deleted since
 * it was read, its texts must not return in the new job.
 */
function refusalIfDeleted({ db }: AppParts, job: JobRecord, viewer: Viewer): () => Problem | undefined {
  const read = [job.id]
  for (let { order } = job; order.kind !== 'paint'; ) {
    const source = visiblePicture(db, viewer, order.source.pictureId)
    if (!source) break
    read.push(source.job.id)
    order = source.job.order
  }
  return () => {
    const deleted = read.find(id => !db.jobs.exists(id))
    return deleted === undefined ? undefined : problem('job-unknown', { id: deleted })
  }
}

/** The recipe with the number of pictures of the pressed result: a picture refined from a set stays single. */
function withCountOf<R extends Recipe>(recipe: R, pressed: JobRecord): R {
  return recipe.kind === 'paint' ? { ...recipe, count: countOf(pressed.order) } : recipe
}

/** The current model of that name. */
function currentModel(parts: AppParts, recipe: Recipe, findings: Findings): ModelRecord | undefined {
  const { models } = parts.catalogue
  const { name, hash } = recipe.model
  const model = findByName(models, name)
  if (!model) {
    const names = models.map(known => known.name)
    findings.refuse('model-unknown', { name, known: suggestions(names, name) })
    return undefined
  }
  const now = recipe.kind === 'paint' ? model.hash : model.refiner?.hash
  if (now !== hash) findings.notice('model-changed', { model: name })
  return model
}

function refuse(...problems: Problem[]): ActOutcome {
  return { kind: 'refused', problems }
}
