/** What docs/recipes/many-machines.md gives to copy: its settings, commands, flags and variables exist. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { serveCommand } from '../../src/cli/commands/serve.ts'
import { workerCommand } from '../../src/cli/commands/worker.ts'
import { commandRunner } from '../../src/cli/session.ts'
import { loadConfig, withSettings } from '../../src/config/config.ts'
import { secretVariables } from '../../src/config/secrets.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en } from '../../src/words/en.ts'
import { startRedis } from '../helpers/processes/redis-server.ts'
import { tempFolder } from '../helpers/temp-folder.ts'

const recipe = readFileSync(join(packageRoot, 'docs/recipes/many-machines.md'), 'utf8')
const blocks = [...recipe.matchAll(/^ *```yaml\n([\s\S]*?)^ *```/gm)].map(([, text = '']): unknown =>
  parse(text),
)
const compose = z.strictObject({
  services: z.record(
    z.string(),
    z.strictObject({
      image: z.string(),
      working_dir: z.string().optional(),
      hostname: z.string().optional(),
      command: z.string(),
      environment: z.array(z.string()).default([]),
      volumes: z.array(z.string()).optional(),
      ports: z.array(z.string()).optional(),
      stop_grace_period: z.string().optional(),
      restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']).optional(),
    }),
  ),
})
const services = blocks.flatMap(block => {
  const { success, data } = compose.safeParse(block)
  return success ? Object.entries(data.services) : []
})
const flagsOf = (command: string) => [...command.matchAll(/ (--[a-z-]+)/g)].map(([, flag = '']) => flag)

test('the recipe has compose files for Redis, the gateway and a machine', () => {
  expect(services.map(([name]) => name)).toEqual(['redis', 'gateway', 'worker'])
})

test('commands, flags and variables of the compose files exist', () => {
  const { scripts } = z
    .object({ scripts: z.record(z.string(), z.string()) })
    .parse(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')))
  const run = commandRunner(process)
  const known = {
    'npm start -- ': { script: 'start', options: serveCommand(en, run).options },
    'npm run -s easel -- worker ': { script: 'easel', options: workerCommand(en, run).options },
  }
  const secrets: readonly string[] = Object.values(secretVariables)
  for (const [, { command, environment }] of services.filter(([name]) => name !== 'redis')) {
    const [, found] = Object.entries(known).find(([prefix]) => command.startsWith(prefix)) ?? []
    expect(scripts, command).toHaveProperty(found?.script ?? 'none')
    const flags = found?.options.map(({ long }) => long)
    expect(flags).toEqual(expect.arrayContaining(flagsOf(command.replace(/^npm .*? -- /, ' '))))
    expect(secrets).toEqual(expect.arrayContaining(environment))
  }
})

test('a Redis starts with the flags of its compose file', async () => {
  const command = services.find(([name]) => name === 'redis')?.[1].command ?? ''
  await startRedis(
    command
      .replace(/\$\{\w+\}/, 'secret')
      .split(' ')
      .slice(1),
  )
})

test('the settings of the recipe are read', () => {
  const config = loadConfig(packageRoot, tempFolder())
  const settings = blocks.filter(block => !compose.safeParse(block).success)
  expect(settings.length).toBeGreaterThanOrEqual(2)
  for (const block of settings)
    expect(() => withSettings(config, z.record(z.string(), z.unknown()).parse(block))).not.toThrow()
})
