/**
 * Plays days of arrivals through the real scheduler on virtual time: waits, fairness, utilisation, exchanges of models, and
 * what each policy costs. How to read it: docs/scaling.md.
 *
 *   npm run simulate -- [--only PART …] [--devices N] [--load L] [--models N] [--seed N] [--policy NAME] [--charts FOLDER]
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { print, type Section } from './bench/report.ts'
import { type Chart, chartSvg } from './simulate/charts.ts'
import { gatewaySection } from './simulate/gateway/gateway.ts'
import { remoteGatewaySection } from './simulate/gateway/remote-gateway.ts'
import {
  bounds,
  type SimulatedPart,
  type SimulationOptions,
  simulatedParts,
  toDayOptions,
} from './simulate/options.ts'
import { playPart } from './simulate/parts.ts'
import { policies } from './simulate/policies.ts'
import { defaultTimes } from './simulate/workload.ts'

const policyHelp = policies.map(({ name, summary }) => `${name}: ${summary}`).join('; ')
const command: Command = new Command('simulate')
  .option('--only <parts...>', `of ${simulatedParts.join(', ')}`)
  .option('--devices <n>', `${bounds.devices.min} to ${bounds.devices.max}`, Number, 4)
  .option('--load <share>', 'work that arrives in the day, of what the devices can paint in it', Number, 0.5)
  .option('--requests <n>', 'requests of a person in the day, on average', Number, 6)
  .option('--models <n>', 'models that people ask for', Number, 4)
  .option('--step-ms <ms>', 'a simulated step of one picture: ten of SDXL’s', Number, defaultTimes.stepMs)
  .option('--overhead-ms <ms>', 'what a picture takes besides its steps', Number, defaultTimes.overheadMs)
  .option('--exchange-ms <ms>', 'the exchange of a model for another', Number, defaultTimes.exchangeMs)
  .option('--policy <name>', policyHelp, 'easel')
  .option('--seed <n>', 'the same seed gives the same days', Number, 1)
  .option('--charts <folder>', 'where to write each part’s chart as SVG')
  .option('--json <file>', 'where the figures go, unrounded')
  .parse()

const given = command.opts<SimulationOptions & { charts?: string; json?: string }>()
const checked = toDayOptions(given)
if (checked.kind === 'refused') command.error(`simulate: ${checked.problem}`)
const { parts, options } = checked
async function play(name: SimulatedPart): Promise<{ section: Section; chart?: Chart }> {
  if (name === 'gateway') return { section: await gatewaySection(options) }
  if (name === 'remote-gateway') return { section: await remoteGatewaySection(options) }
  return playPart(name, options)
}
const figures: Record<string, unknown> = {}
for (const name of parts) {
  const { section, chart } = await play(name).catch(error => command.error(`simulate: ${error.message}`))
  console.log(print(section))
  figures[name] = section.figures
  if (given.charts === undefined || !chart) continue
  mkdirSync(given.charts, { recursive: true })
  writeFileSync(join(given.charts, `${name}.svg`), `${chartSvg(chart)}\n`)
}
if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(figures, null, 2)}\n`)
