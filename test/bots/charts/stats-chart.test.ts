import { describe, expect, it } from 'vitest'
import type { StatsView } from '../../../src/app/views/views.ts'
import { statsChart, statsChartSvg } from '../../../src/bots/charts/stats-chart.ts'
import { dayMs } from '../../../src/common/durations.ts'
import { en } from '../../../src/words/en.ts'

const row = { name: '<b>Ada & friends</b>', jobs: 3, pictures: 3, failures: 1, gpuSeconds: 2 }
const stats: StatsView = {
  fromMs: Date.UTC(2026, 0, 1),
  toMs: Date.UTC(2026, 0, 8),
  jobs: 3,
  pictures: 3,
  people: 1,
  failures: 1,
  cancelled: 0,
  gpuSeconds: 2,
  waitMs: { p50: 1, p95: 2 },
  runMs: { p50: 1, p95: 2 },
  byPerson: [row],
  byModel: [],
  upscales: { jobs: 0, pictures: 0, failures: 0, gpuSeconds: 0 },
  byDevice: [],
  timeline: [
    { fromMs: Date.UTC(2026, 0, 1), jobs: 1, failures: 0 },
    { fromMs: Date.UTC(2026, 0, 2), jobs: 2, failures: 1 },
  ],
}

describe('the chart of the statistics', () => {
  it('shows names as text', async () => {
    const svg = await statsChartSvg(stats, en)
    expect(svg).toContain('01-02')
    expect(svg).toContain('&lt;b&gt;Ada &amp; frie…')
    expect(svg).not.toContain('<b>')
  })

  it('names each day once, where it begins', async () => {
    const halves = Array.from({ length: 14 }, (_, i) => ({
      fromMs: stats.fromMs + i * 12 * 3_600_000,
      jobs: 1,
      failures: 0,
    }))
    const svg = await statsChartSvg({ ...stats, timeline: halves }, en)
    for (let day = 1; day <= 7; day++) expect(svg.split(`>01-0${day}<`), `day ${day}`).toHaveLength(2)
  })

  it('names the time zone of its days', async () => {
    expect(await statsChartSvg(stats, en)).toContain('(UTC)')
  })

  it('has room between its days, also on a phone', async () => {
    const label = /<text[^>]*font-size:(\d+)px[^>]*translate\((\d+(?:\.\d+)?) [^>]*>\d\d-\d\d</g
    for (const size of ['wide', 'narrow'] as const) {
      for (let days = 20; days <= 40; days++) {
        const slice = (_: unknown, i: number) => ({ fromMs: stats.fromMs + i * dayMs, jobs: i, failures: 0 })
        const timeline = Array.from({ length: days }, slice)
        const figures = { ...stats, timeline, toMs: stats.fromMs + days * dayMs }
        const svg = await statsChartSvg(figures, en, { theme: 'light', size })
        const labels = [...svg.matchAll(label)].map(([, fontPx, x]) => ({
          x: Number(x),
          fontPx: Number(fontPx),
        }))
        expect(labels.length).toBeGreaterThan(2)
        const gaps = labels.slice(1).map(({ x, fontPx }, i) => (x - (labels[i]?.x ?? 0)) / fontPx)
        // Five characters are 2.9 times as wide as the font is high.
        expect(Math.min(...gaps), `${size}, ${days} days`).toBeGreaterThan(3.1)
      }
    }
  })

  it('is the same picture for the same figures', async () => {
    expect(Buffer.compare(await statsChart(stats, en), await statsChart(stats, en))).toBe(0)
  })

  it('is a PNG of twice its size, also of no figures at all', async () => {
    for (const figures of [stats, { ...stats, timeline: [], byPerson: [] }]) {
      const png = Buffer.from(await statsChart(figures, en))
      expect(png.subarray(1, 4).toString()).toBe('PNG')
      expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1440, 840])
    }
  })
})
