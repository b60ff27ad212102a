/** Admin statistics as text and as CSV. Pure. */

import type { DeviceView, StatsRow, StatsView } from '../../app/views/views.ts'
import { dayMs } from '../../common/durations.ts'
import { withVisibleControls } from '../../common/visible-controls.ts'
import type { Words } from '../../words/en.ts'
import { type Message, textMessage } from './message.ts'

/** The maximum number of devices that are named. The others are counted. */
const maxDevices = 20

/** Totals, waiting and painting times, the busiest people, models and devices, and the devices of now. */
export function statsMessage(stats: StatsView, { stats: words, machines }: Words): Message {
  const section = (title: string, all: readonly StatsRow[], last: readonly StatsRow[] = []) => {
    const rows = [...all.slice(0, 10), ...last]
    return rows.length === 0 ? [] : [`${title}:`, ...rows.map(row => `  ${words.row(row)}`)]
  }
  const upscales = stats.upscales.jobs === 0 ? [] : [{ name: words.upscales, ...stats.upscales }]
  return textMessage(words.title(Math.max(1, Math.round((stats.toMs - stats.fromMs) / dayMs))), [
    words.totals(stats),
    words.wait(stats.waitMs.p50, stats.waitMs.p95),
    words.run(stats.runMs.p50, stats.runMs.p95),
    ...section(words.byPerson, stats.byPerson),
    ...section(words.byModel, stats.byModel, upscales),
    ...section(words.byDevice, stats.byDevice),
    ...deviceLines(stats.devices ?? [], words, machines),
  ])
}

function deviceLines(
  devices: readonly DeviceView[],
  words: Words['stats'],
  machines: Words['machines'],
): string[] {
  if (devices.length === 0) return []
  const more = devices.length - maxDevices
  return [
    `${words.devicesNow}:`,
    ...devices
      .slice(0, maxDevices)
      .map(
        ({ name, memoryBytes, use, models, fetching }) =>
          `  ${[machines.device(name, memoryBytes, use), machines.models(models), ...(fetching ? [machines.fetching(fetching)] : [])].join(' · ')}`,
      ),
    ...(more > 0 ? [`  ${words.moreDevices(more)}`] : []),
  ]
}

/** One line per person, model and device, and one for all upscales, for a spreadsheet. */
export function statsCsv(stats: StatsView): string {
  const rows = (kind: string, all: readonly StatsRow[]) =>
    all.map(row => [kind, row.name, row.jobs, row.pictures, row.failures, row.gpuSeconds])
  return [
    ['kind', 'name', 'jobs', 'pictures', 'failures', 'gpu_seconds'],
    ...rows('person', stats.byPerson),
    ...rows('model', stats.byModel),
    ...rows('upscale', stats.upscales.jobs === 0 ? [] : [{ name: '', ...stats.upscales }]),
    ...rows('device', stats.byDevice),
  ]
    .map(row => `${row.map(csvCell).join(',')}\r\n`)
    .join('')
}

/**
 * Quoted as in RFC 4180. Names are untrusted: control characters are removed, and an apostrophe keeps spreadsheets from
 * evaluating a name as a formula.
 */
function csvCell(value: string | number): string {
  if (typeof value === 'number') return String(value)
  const visible = withVisibleControls(value)
  const text = /^[=+\-@]/.test(visible) ? `'${visible}` : visible
  return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
