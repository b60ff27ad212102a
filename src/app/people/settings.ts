/** Checks a person's defaults against this machine. Any size is valid, because it is fitted to the model later. Pure. */

import { bounds } from '../../common/bounds.ts'
import type { Config } from '../../config/config.ts'
import { checkTexts } from '../checks/text-limits.ts'
import type { Problem } from '../problems.ts'
import { findByName, suggestions } from '../views/catalogue.ts'
import { Findings } from '../views/findings.ts'
import type { PersonSettings } from '../views/views.ts'

export function settingsProblems(
  settings: PersonSettings,
  models: readonly { name: string }[],
  limits: Pick<Config['limits'], 'maxCount' | 'maxPromptCharacters'>,
): Problem[] {
  const { model, count } = settings
  const findings = new Findings()
  if (!checkTexts(settings, limits, findings)) return findings.problems
  if (model !== undefined && findByName(models, model) === undefined) {
    const names = models.map(({ name }) => name)
    findings.refuse('model-unknown', { name: model, known: suggestions(names, model) })
  }
  if (count !== undefined) findings.wholeInRange('n', count, { min: bounds.count.min, max: limits.maxCount })
  return findings.problems
}
