import { describe, expect, it } from 'vitest'
import type { StatsView } from '../../../src/app/views/views.ts'
import { statsCsv, statsMessage } from '../../../src/bots/messages/stats-message.ts'
import { en } from '../../../src/words/en.ts'

/** Of a week with two jobs of one person. */
function statsView(about: Partial<StatsView>): StatsView {
  return {
    fromMs: 0,
    toMs: 7 * 86_400_000,
    jobs: 2,
    pictures: 3,
    people: 1,
    failures: 1,
    cancelled: 0,
    gpuSeconds: 4,
    waitMs: { p50: 100, p95: 900 },
    runMs: { p50: 1000, p95: 2000 },
    byModel: [],
    upscales: { jobs: 0, pictures: 0, failures: 0, gpuSeconds: 0 },
    byDevice: [],
    timeline: [],
    byPerson: [],
    ...about,
  }
}

describe('statistics', () => {
  it('are text, and a spreadsheet that runs nothing', () => {
    const row = { name: '=HYPERLINK("x")', jobs: 2, pictures: 3, failures: 1, gpuSeconds: 4 }
    const stats = statsView({ byPerson: [row] })
    expect(statsMessage(stats, en).title).toBe('The last 7 days')
    expect(statsCsv(stats).split('\r\n')[1]).toBe('person,"\'=HYPERLINK(""x"")",2,3,1,4')
    const named = (name: string) => statsCsv({ ...stats, byPerson: [{ ...row, name }] })
    expect(named('\u001b]0;owned\u0007\r\nAda').split('\r\n')[1]).toBe(
      'person,\\u001b]0;owned\\u0007\\u000d\\nAda,2,3,1,4',
    )
  })

  it('list the upscales below the models, and only where there are some', () => {
    const figures = { jobs: 2, pictures: 2, failures: 0, gpuSeconds: 1 }
    const models = Array.from({ length: 11 }, (_, i) => ({ name: `model ${i}`, ...figures }))
    const stats = statsView({ byModel: models, upscales: figures })
    const lines = statsMessage(stats, en).lines.join('\n')
    const upscales = 'upscales, without a model: 2 jobs, 2 pictures, 0 failed, 1 s'
    expect(lines).toContain(`  model 9: 2 jobs, 2 pictures, 0 failed, 1 s\n  ${upscales}`)
    expect(statsCsv(stats)).toContain('\r\nmodel,model 10,2,2,0,1\r\nupscale,,2,2,0,1\r\n')
    const none = statsView({ byModel: models })
    expect(statsMessage(none, en).lines.join('\n')).not.toContain('upscale')
    expect(statsCsv(none)).not.toContain('upscale')
  })
})
