/** One scene in a process of its own: prints its memory before and at its peak, as JSON. */
import { z } from 'zod'
import { openModel } from '../../src/engine/pipeline/open/open-model.ts'
import { elapsedMs } from './measure.ts'
import { memoryScenes } from './memory-scenes.ts'
import { openSubject } from './subject.ts'

const optionsSchema = z.object({
  modelsDir: z.string(),
  model: z.string(),
  device: z.string(),
  threads: z.number(),
})

const [, , name, options] = process.argv
const scene = memoryScenes.find(one => one.name === name)
if (!scene || options === undefined) throw new Error(`no scene is called ${name}`)

const parsed = optionsSchema.parse(JSON.parse(options))
const subject = await openSubject(parsed)
const { device, threads } = parsed
const model = await openModel(subject.record.parts, { device, ...(threads > 0 && { threads }) })
const beforeMb = process.memoryUsage().rss / 2 ** 20
const ms = await elapsedMs(() => scene.run({ subject, model }))
// In kilobytes, on every system.
const peakMb = process.resourceUsage().maxRSS / 2 ** 10
console.log(JSON.stringify({ beforeMb, peakMb, ms }))
await subject.close()
await model.networks.close()
