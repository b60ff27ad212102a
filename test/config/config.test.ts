import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { AppError } from '../../src/errors/errors.ts'
import { packageRoot } from '../../src/system/paths.ts'
import { en, errorSentences } from '../../src/words/en.ts'

const folder = mkdtempSync(join(tmpdir(), 'easel-config-'))

function load(yaml: string) {
  writeFileSync(join(folder, 'my.yaml'), yaml)
  return loadConfig(packageRoot, folder, 'my.yaml')
}

/** The sentences that a wrong file gets. */
function complaints(yaml: string): string[] {
  try {
    load(yaml)
  } catch (error) {
    if (error instanceof AppError) return errorSentences(en, error)
    throw error
  }
  return []
}

/** The sentence of a file with one mistake. */
function complaint(yaml: string): string {
  const found = complaints(yaml)
  expect(found).toHaveLength(1)
  return found.join('')
}

test('without a file the defaults hold, and nothing can be changed afterwards', () => {
  const config = loadConfig(packageRoot, folder)
  expect(config.web).toEqual({ enabled: true, host: '127.0.0.1', port: 3000, allowedHosts: [], proxies: [] })
  expect(config.dataDir).toBe(join(folder, 'data'))
  expect(config.modelsDir).toBe(join(packageRoot, 'models'))
  expect(() => Object.assign(config.web, { port: 1 })).toThrow(TypeError)
})

test('a file is merged over the defaults key by key; lists are replaced', () => {
  const config = load('web: { port: 8080 }\nadmins: ["discord:1:2"]\nmodelsDir: /elsewhere\ndataDir: mine')
  expect(config.web).toEqual({ enabled: true, host: '127.0.0.1', port: 8080, allowedHosts: [], proxies: [] })
  expect(config.admins).toEqual(['discord:1:2'])
  expect(config.modelsDir).toBe('/elsewhere')
  expect(config.dataDir).toBe(join(folder, 'mine'))
  expect(config.models.demo?.steps).toBe(20)
})

test('an empty file changes nothing', () => {
  expect(load('')).toEqual(loadConfig(packageRoot, folder))
})

test.each([
  ['web: { prot: 1 }', 'wrong at web.prot: there is no such setting; the nearest is web.port.'],
  ['datadir: x', 'wrong at datadir: there is no such setting; the nearest is dataDir.'],
  ['colour: red', 'wrong at colour: there is no such setting.'],
  ['discord: { token: abc }', 'wrong at discord.token: secrets are taken from the environment only'],
  ['__proto__: { polluted: true }', 'there is no such setting'],
  ['web: { port: 70000 }', 'wrong at web.port: 70000 is outside 0 to 65535.'],
  ['web: { port: "80" }', 'wrong at web.port: "80" is not a whole number.'],
  ['web: { port: 80.5 }', 'wrong at web.port: 80.5 is not a whole number.'],
  ...['"*.example.org"', '.example.org', 'https://x.org', '"::1"', 'x.org:99999'].map(host => [
    `web: { allowedHosts: [${host}] }`,
    `wrong at web.allowedHosts.0: "${host.replaceAll('"', '')}" is not a host, with or without :port.`,
  ]),
  ['web: 3000', 'wrong at web: 3000 is not a group of settings.'],
  ['web: { enabled: maybe }', 'wrong at web.enabled: "maybe" is not true or false.'],
  ['logLevel: loud', 'wrong at logLevel: "loud" is not one of debug, info, warn, error, silent.'],
  ['dataDir: ""', 'wrong at dataDir: it is empty.'],
  ['dataDir:', 'wrong at dataDir: it has no value.'],
  ['discord: { guildId: 123 }', 'wrong at discord.guildId: 123 is not a text (put it in quotes).'],
  ['discord: { apiUrl: nowhere }', 'wrong at discord.apiUrl: "nowhere" is not a URL.'],
  ['devices: []', 'wrong at devices: it is empty.'],
  ['devices: [{ name: gpu }]', 'wrong at devices.0.name: "gpu" is not one of auto, cpu, webgpu, cuda:0'],
  ['devices: [{ name: "cuda:00" }]', 'wrong at devices.0.name: "cuda:00" is not one of'],
  ['devices: [{ name: auto }, { name: cpu }]', 'wrong at devices: auto chooses all devices and stands alone'],
  ['devices: automatic', 'wrong at devices: "automatic" is not a list'],
  ['devices: [{ name: cpu }, { name: cpu }]', 'wrong at devices: one device is named twice.'],
  ['limits: { maxSteps: 0 }', 'wrong at limits.maxSteps: 0 is less than 1.'],
  ['limits: { maxSteps: 1e308 }', 'wrong at limits.maxSteps: 1e+308 is outside 1 to 9007199254740991.'],
  ['limits: { maxSteps: 1e999 }', 'wrong at limits.maxSteps: Infinity is not a whole number.'],
  ['limits: { quotaHours: .nan }', 'wrong at limits.quotaHours: NaN is not a number.'],
  ['devices: [{ name: cpu, threads: 1e9 }]', 'wrong at devices.0.threads: 1000000000 is outside 0 to 1024.'],
  ['limits: { maxCount: 9 }', 'wrong at limits.maxCount: 9 is outside 1 to 4.'],
  ['limits: { quotaHours: 0 }', 'wrong at limits.quotaHours: 0 is not more than 0.'],
  [
    'models: { big: { refiner: { split: 1 } } }',
    'wrong at models.big.refiner.split: 1 is outside 0.01 to 0.99',
  ],
  ['admins: [joe]', 'wrong at admins.0: "joe" is not platform:space:user.'],
  ['- a list', 'wrong at the top level: ["a list"] is not a group of settings.'],
  [
    'redis: { prefix: "a b" }',
    'wrong at redis.prefix: "a b" is not a prefix of letters, digits, _ and - alone.',
  ],
  [
    'wildcards: { "a b": [c] }',
    'wrong at wildcards.a b: "a b" is not a name of letters, digits, _, - and / alone.',
  ],
  ['web: [', 'this is not YAML (line 1, column 7: wrong indentation, or a bracket that is not closed).'],
  ['notify: true\nnotify: true', 'this is not YAML (line 2, column 1: this key is here twice).'],
  ['web:\n\tport: 1', 'this is not YAML (line 2, column 1: indent with spaces, not with tabs).'],
  ['dataDir: a: b', 'this is not YAML (line 1, column 10: a second key on one line; put quotes around'],
  ['dataDir: @a', 'this is not YAML (line 1, column 10: text that begins with this character needs quotes).'],
  ['dataDir: *a', 'this is not YAML (* refers to a name that is not defined).'],
  [
    'dataDir: a\n---\ndataDir: b',
    'this is not YAML (line 2, column 1: --- begins a second document; use one).',
  ],
  ['dataDir: "a', 'this is not YAML (line 1, column 12: unexpected text, or a missing quote or bracket).'],
])('%s is answered by name', (yaml, sentence) => {
  expect(complaint(yaml)).toContain(sentence)
  expect(complaint(yaml)).toContain('my.yaml')
})

test('everything that is wrong in a file is named, one sentence each, unknown names first', () => {
  const yaml = `
colour: red
web: { prot: 1, hosst: x, port: 70000 }
limits: { maxSteps: many, maxCount: 9 }
admins: [joe, "discord:1:2", jim]`
  expect(complaints(yaml)).toEqual(
    [
      'web.prot: there is no such setting; the nearest is web.port.',
      'web.hosst: there is no such setting; the nearest is web.host.',
      'colour: there is no such setting.',
      'web.port: 70000 is outside 0 to 65535.',
      'limits.maxSteps: "many" is not a whole number.',
      'limits.maxCount: 9 is outside 1 to 4.',
      'admins.0: "joe" is not platform:space:user.',
      'admins.2: "jim" is not platform:space:user.',
    ].map(problem => `The configuration my.yaml is wrong at ${problem}`),
  )
})

test('a file that is not there is named', () => {
  expect(() => loadConfig(packageRoot, folder, 'none.yaml')).toThrow(AppError)
})

test('a device may say how much memory its worker uses', () => {
  expect(load('devices: [{ name: cpu, memory: 12GB }]').devices[0]?.memory).toBe('12GB')
  for (const memory of ['much', '0GB', '0.0000001 MB'])
    expect(complaint(`devices: [{ name: cpu, memory: ${memory} }]`)).toMatch(
      new RegExp(`devices\\.0\\.memory: "${memory}" is not .*like 12GB`),
    )
})
