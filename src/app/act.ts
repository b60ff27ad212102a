/** Buttons: each press makes a new job from a stored one, however old, or changes or shows that one. */
import type { JobRecord } from '../db/job-records.ts'
import type { PictureRecord } from '../db/pictures.ts'
import type { ModelRecord } from '../engine/models/record.ts'
import { countOf, type PaintOrder, type WorkOrder } from '../engine/work-order.ts'
import { accept, duplicateOf } from './accept.ts'
import { findByName, suggestions } from './catalogue.ts'
import { isRecipe, type Recipe, refined, reRolled, upscaled, variationStrengths, varied } from './derive.ts'
import type { ActOutcome } from './easel.ts'
import { Findings } from './findings.ts'
import type { AppParts } from './parts.ts'
import type { Caller } from './people.ts'
import { type Problem, problem } from './problems.ts'
import { cancel, remove } from './remove.ts'
import { requestOf } from './request-of-job.ts'
import type { Action, ImagineRequest } from './requests.ts'
import { submit } from './submit.ts'

export async function act(parts: AppParts, action: Action, caller: Caller): Promise<ActOutcome> {
  switch (action.kind) {
    case 'cancel':
      return cancel(parts, action.jobId, caller)
    case 'delete':
      return remove(parts, action.jobId, caller)
    case 're-roll':
      return reRoll(parts, action.jobId, caller)
    case 'info':
      return info(parts, action.pictureId)
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

function info(parts: AppParts, pictureId: string): ActOutcome {
  const found = parts.views.picture(parts.db.pictures.get(pictureId))
  return found ? { kind: 'info', ...found } : refused(problem('picture-unknown', { id: pictureId }))
}

async function reRoll(parts: AppParts, jobId: string, caller: Caller): Promise<ActOutcome> {
  const job = visibleJob(parts, jobId)
  if (!job) return refused(problem('job-unknown', { id: jobId }))
  const recipe = recipeOf(parts, job)
  if (!recipe) return refused(problem('no-recipe', {}))
  const findings = new Findings()
  const model = currentModel(parts, recipe, findings)
  const order = model && reRolled(recipe, model, parts.random.uint32())
  const [picture] = parts.db.pictures.ofJobs([jobId]).get(jobId) ?? []
  return derive(parts, 're-roll', order, { job, pictureId: picture?.id }, findings, caller)
}

/** The edited request, over everything that the picture was painted with. */
async function remix(
  parts: AppParts,
  pictureId: string,
  edited: ImagineRequest,
  caller: Caller,
): Promise<ActOutcome> {
  const found = pictureWithJob(parts, pictureId)
  if (!found) return refused(problem('picture-unknown', { id: pictureId }))
  const order = paintRecipeOf(parts, found.job)
  const base = order && requestOf({ order: alike(order, found.job) })
  const request = { ...base, ...overlay(base, edited), parentPictureId: pictureId }
  // The picture's own settings hold, not the person's defaults.
  const settings = base ? {} : parts.db.people.settings(caller.person)
  return submit(parts, { request, confirmed: true, action: 'remix', settings }, caller)
}

async function upscale(
  parts: AppParts,
  pictureId: string,
  factor: 2 | 4,
  caller: Caller,
): Promise<ActOutcome> {
  const found = pictureWithJob(parts, pictureId)
  if (!found) return refused(problem('picture-unknown', { id: pictureId }))
  const findings = new Findings()
  const order = upscaled(found.picture, factor, parts.config, findings, recipeOf(parts, found.job))
  return derive(parts, `upscale-${factor}`, order, { job: found.job, pictureId }, findings, caller)
}

async function repaint(
  parts: AppParts,
  kind: 'refine' | 'vary-subtle' | 'vary-strong',
  pictureId: string,
  caller: Caller,
): Promise<ActOutcome> {
  const found = pictureWithJob(parts, pictureId)
  if (!found) return refused(problem('picture-unknown', { id: pictureId }))
  const painted = kind === 'refine' ? undefined : paintRecipeOf(parts, found.job)
  const recipe = painted ?? recipeOf(parts, found.job)
  if (!recipe) return refused(problem('no-recipe', {}))
  const findings = new Findings()
  const model = currentModel(parts, recipe, findings)
  const order = model && repainted(parts, kind, alike(recipe, found.job), found.picture, model, findings)
  return derive(parts, kind, order, { job: found.job, pictureId }, findings, caller)
}

function repainted(
  parts: AppParts,
  kind: 'refine' | 'vary-subtle' | 'vary-strong',
  recipe: Recipe,
  picture: PictureRecord,
  model: ModelRecord,
  findings: Findings,
): WorkOrder | undefined {
  const context = { model, config: parts.config }
  if (kind === 'refine') return refined(recipe, picture, context, findings)
  const seed = parts.random.uint32()
  return varied(recipe, picture.id, variationStrengths[kind], seed, context, findings)
}

/** The last steps of every press: refuse, say that it runs already, or accept. */
async function derive(
  parts: AppParts,
  action: string,
  order: WorkOrder | undefined,
  from: { job: JobRecord; pictureId?: string },
  findings: Findings,
  caller: Caller,
): Promise<ActOutcome> {
  const duplicate = duplicateOf(parts, caller)
  if (duplicate) return duplicate
  if (!order || findings.problems.length > 0) return { kind: 'refused', problems: findings.problems }

  const { db } = parts
  const parent = { jobId: from.job.id, pictureId: from.pictureId }
  const { promptAsTyped } = from.job
  return accept(parts, caller, {
    action,
    jobs: [{ order, promptAsTyped }],
    parent,
    notices: findings.notices,
    given: [],
    refusal(personId) {
      // Deleted since it was read: its words must not come back in a new job.
      if (!db.jobs.isThere(parent.jobId)) return problem('job-unknown', { id: parent.jobId })
      return db.jobs.underway(personId, parent, action) ? problem('already-running', { action }) : undefined
    },
  })
}

/** The nearest order with words: the job's own, or that of the picture which was made bigger. */
function recipeOf(parts: AppParts, job: JobRecord): Recipe | undefined {
  if (isRecipe(job.order)) return job.order
  const source = pictureWithJob(parts, job.order.source.pictureId)
  return source ? recipeOf(parts, source.job) : job.order.recipe
}

/** The nearest order that painted with the Base, from which variations of a refined picture are made too. */
function paintRecipeOf(parts: AppParts, job: JobRecord): PaintOrder | undefined {
  const { order } = job
  if (order.kind === 'paint') return order
  const source = pictureWithJob(parts, order.source.pictureId)
  if (source) return paintRecipeOf(parts, source.job)
  return order.kind === 'upscale' && order.recipe?.kind === 'paint' ? order.recipe : undefined
}

/** As many pictures as the pressed result has: one that was refined out of a set stays alone. */
function alike<R extends Recipe>(recipe: R, pressed: JobRecord): R {
  return recipe.kind === 'paint' ? { ...recipe, count: countOf(pressed.order) } : recipe
}

/** The model of that name as it is now. */
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

function visibleJob(parts: AppParts, jobId: string): JobRecord | undefined {
  const job = parts.db.jobs.get(jobId)
  return job && !job.removed ? job : undefined
}

function pictureWithJob(parts: AppParts, id: string): { picture: PictureRecord; job: JobRecord } | undefined {
  const picture = parts.db.pictures.get(id)
  const job = picture?.jobId ? visibleJob(parts, picture.jobId) : undefined
  return picture && job && { picture, job }
}

/**
 * What the form says replaces what it touches: an aspect also the size, a preset also the sampling. A field for what
 * should not be in the picture that was left or made empty says that there is no such thing.
 */
function overlay(base: ImagineRequest | undefined, edited: ImagineRequest): ImagineRequest {
  const said = Object.fromEntries(Object.entries(edited).filter(([, value]) => value !== undefined))
  const replaced: Partial<ImagineRequest> = {}
  if (base && edited.aspect && !edited.size) replaced.size = undefined
  if (base && edited.preset) {
    Object.assign(replaced, { sampler: undefined, steps: undefined, guidance: undefined, spacing: undefined })
  }
  // Another sampler or spread ends the old schedule, and a schedule the old spread.
  if (base && (edited.sampler ?? edited.sigmas ?? edited.preset) !== undefined) replaced.schedule = undefined
  if (base && edited.schedule !== undefined)
    Object.assign(replaced, { sigmas: undefined, spacing: undefined })
  // A preset in the old settings stands for fixed timesteps, which are its own sampler's.
  if (base?.preset && edited.sampler) replaced.preset = undefined
  if (base) Object.assign(replaced, refinerReplaced(edited))
  const unsaid = edited.negative === '' ? { negative: undefined } : {}
  return { prompt: edited.prompt, ...replaced, ...said, ...unsaid }
}

/** Another way of the Refiner ends what belonged to the old one. */
function refinerReplaced(edited: ImagineRequest): Partial<ImagineRequest> {
  const after = { refineStrength: undefined, refineSteps: undefined }
  const ensemble = { refineSplit: undefined }
  if (edited.refine !== undefined) {
    return { ...after, ...ensemble, refineGuidance: undefined, refineScore: undefined }
  }
  if (edited.refineSplit !== undefined) return { refine: undefined, ...after }
  if (edited.refineStrength !== undefined || edited.refineSteps !== undefined) {
    return { refine: undefined, ...ensemble }
  }
  return edited.refineGuidance === undefined && edited.refineScore === undefined ? {} : { refine: undefined }
}

function refused(found: Problem): ActOutcome {
  return { kind: 'refused', problems: [found] }
}
