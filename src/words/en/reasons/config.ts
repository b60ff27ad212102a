/** English: the problems of the configuration. */
import type { ConfigProblem, SettingFormat, SettingType, YamlFault } from '../../../errors/config-problem.ts'
import { type ReasonTable, reasonIn } from '../../reason-table.ts'

/** One sentence. `file` is absent if the value came from the environment or if the problem appeared at run time. */
export function configRefusal(file: string | undefined, key: string, problem: ConfigProblem): string {
  const where = [file, key === '' ? 'the top level' : key]
  return `The configuration ${where[0] === undefined ? '' : `${where[0]} `}is wrong at ${where[1]}: ${reason(problem)}.`
}

const types: Record<SettingType, string> = {
  integer: 'a whole number',
  number: 'a number',
  string: 'a text (put it in quotes)',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
}

const formats: Record<SettingFormat, string> = {
  url: 'a URL',
  device: 'one of auto, cpu, webgpu, cuda:0, cuda:1 …',
  host: 'a host, with or without :port',
  memory: 'an amount of memory like 12GB or 8 GiB',
  network: 'an address like 10.0.0.2 or a network like 10.0.0.0/8',
  person: 'platform:space:user',
  redis: 'a URL like rediss://user@host:6379',
  'key-prefix': 'a prefix of letters, digits, _ and - alone',
  'wildcard-name': 'a name of letters, digits, _, - and / alone',
}

const yaml: Record<YamlFault, string> = {
  syntax: 'unexpected text, or a missing quote or bracket',
  indentation: 'wrong indentation, or a bracket that is not closed',
  tab: 'indent with spaces, not with tabs',
  'duplicate-key': 'this key is here twice',
  'nested-key': 'a second key on one line; put quotes around text with a colon',
  'reserved-character': 'text that begins with this character needs quotes',
  'unknown-alias': '* refers to a name that is not defined',
  'several-documents': '--- begins a second document; use one',
}

const reasons: ReasonTable<ConfigProblem> = {
  yaml: p =>
    `this is not YAML (${p.position ? `line ${p.position.line}, column ${p.position.column}: ` : ''}${yaml[p.fault]})`,
  invalid: p => `${p.found} cannot be used here`,
  'unknown-key': p =>
    `there is no such setting${p.nearest === undefined ? '' : `; the nearest is ${p.nearest}`}`,
  secret: () => 'secrets are taken from the environment only, see config/example.env',
  'no-value': () => 'it has no value',
  empty: () => 'it is empty',
  type: p => `${p.found} is not ${types[p.expected]}`,
  choice: p => `${p.found} is not one of ${p.known.join(', ')}`,
  range: p => `${p.found} is ${range(p)}`,
  format: p => `${p.found} is not ${formats[p.expected]}`,
  'device-twice': () => 'one device is named twice',
  'webgpu-twice': p => `webgpu is the same card as ${p.cards.join(' or ')}; name each card once`,
  'auto-not-alone': () => 'auto chooses all devices and stands alone',
  'preset-unknown': p => `there is no preset “${p.name}”; there are ${p.known.join(', ')}`,
  'sampler-unknown': p => `there is no sampler “${p.name}”; near it: ${p.nearest.join(', ')}`,
  'space-inside': () => 'it has a space or a line break inside',
  'foreign-character': p => `it has the character ${p.character}, which no token or key has; copy it again`,
  'not-set': () => 'it is not set in the environment',
  'encryption-key': () => 'it must be 32 bytes in base64 or hex (make one with: openssl rand -base64 32)',
  address: p => `this machine cannot listen on ${p.address} (${p.code})`,
  'without-tls': p =>
    `everything would reach ${p.host} unencrypted; use ${p.scheme}://, or name ${p.host} in ${p.setting}`,
  'not-in-guild': p => `Easel is not in the server ${p.guildId}`,
  'no-adapter': () => 'every adapter is off; set a token, or web.enabled to true',
}

function reason(p: ConfigProblem): string {
  return reasonIn(reasons, p.what, p)
}

function range({ min, max, open }: Extract<ConfigProblem, { what: 'range' }>): string {
  if (min !== undefined && max !== undefined)
    return `outside ${min} to ${max}${open ? ' (the ends excluded)' : ''}`
  if (max !== undefined) return open ? `not less than ${max}` : `more than ${max}`
  return open ? `not more than ${min}` : `less than ${min}`
}
