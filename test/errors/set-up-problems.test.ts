import { expect, test } from 'vitest'
import {
  type ConfigProblem,
  configProblem,
  settingFormats,
  settingTypes,
  yamlFaults,
} from '../../src/errors/config-problem.ts'
import { AppError, type ErrorCode, type ErrorDetails } from '../../src/errors/errors.ts'
import { type FileProblem, fileProblem, readFileProblem } from '../../src/errors/file-problem.ts'
import { type RedisProblem, redisProblem } from '../../src/errors/redis-problem.ts'
import { type RefusalProblem, refusalProblem } from '../../src/errors/refusal-problem.ts'
import { type StorageProblem, storageProblem } from '../../src/errors/storage-problem.ts'
import { workerEndCodes } from '../../src/errors/worker-end.ts'
import { errorSentence } from '../../src/words/en.ts'
import { languages } from '../../src/words/locale.ts'

const configProblems: ConfigProblem[] = [
  ...yamlFaults.map(fault => ({ what: 'yaml', fault, position: { line: 1, column: 2 } }) as const),
  { what: 'yaml', fault: 'unknown-alias' },
  { what: 'invalid', found: '"x"' },
  { what: 'unknown-key' },
  { what: 'unknown-key', nearest: 'web.port' },
  { what: 'secret' },
  { what: 'no-value' },
  { what: 'empty' },
  ...settingTypes.map(expected => ({ what: 'type', found: '"x"', expected }) as const),
  ...settingFormats.map(expected => ({ what: 'format', found: '"x"', expected }) as const),
  { what: 'choice', found: '"x"', known: ['a', 'b'] },
  { what: 'range', found: '9', min: 1, max: 4, open: false },
  { what: 'range', found: '9', min: 0, max: 1, open: true },
  { what: 'range', found: '9', max: 4, open: false },
  { what: 'range', found: '9', max: 4, open: true },
  { what: 'range', found: '0', min: 1, open: false },
  { what: 'range', found: '0', min: 0, open: true },
  { what: 'device-twice' },
  { what: 'webgpu-twice', cards: ['cuda:0'] },
  { what: 'auto-not-alone' },
  { what: 'preset-unknown', name: 'x', known: ['turbo'] },
  { what: 'sampler-unknown', name: 'x', nearest: ['euler'] },
  { what: 'space-inside' },
  { what: 'foreign-character', character: 'U+200B' },
  { what: 'not-set' },
  { what: 'encryption-key' },
  { what: 'address', address: '10.0.0.1:80', code: 'EACCES' },
  {
    what: 'without-tls',
    host: 'redis.example.org',
    scheme: 'rediss',
    setting: 'redis.allowedWithoutTls',
  },
  { what: 'not-in-guild', guildId: '1' },
  { what: 'no-adapter' },
]

const closed = <Name extends string>(names: readonly Name[]) => names.map(what => ({ what }))

const fileProblems: FileProblem[] = [
  ...closed(['missing', 'not-allowed', 'folder', 'no-folder', 'disk-read-only', 'disk-full'] as const),
  ...closed(['too-large', 'link-circle', 'long-name', 'file'] as const),
  { what: 'no-room', neededBytes: 2.6e9, freeBytes: 1.1e9 },
  { what: 'other', code: 'EMFILE' },
]
const storageProblems: StorageProblem[] = [
  ...closed(['disk-full', 'quota-used-up', 'disk-read-only', 'busy'] as const),
  { what: 'setting', name: 'synchronous', found: '1', expected: '2' },
  { what: 'other', code: 'SQLITE_IOERR' },
]
const refusalProblems: RefusalProblem[] = [
  { what: 'token', variable: 'DISCORD_TOKEN' },
  { what: 'no-bot-token', variable: 'SLACK_BOT_TOKEN' },
  ...closed(['no-bot', 'sharding', 'intent'] as const),
  { what: 'closed', code: 4013 },
  { what: 'error', subject: 'SLACK_BOT_TOKEN', code: 'account_inactive' },
]

const redisProblems: RedisProblem[] = [
  { what: 'unreachable', code: 'ECONNREFUSED' },
  { what: 'not-admitted' },
  { what: 'version', found: '5.0.0', needed: '6.2.0' },
  { what: 'eviction', policy: 'allkeys-lru' },
  ...closed(['replica', 'cluster'] as const),
  { what: 'full', place: 'memory' },
  { what: 'full', place: 'disk' },
  { what: 'other-protocol' },
  { what: 'keys', prefix: 'easel' },
  { what: 'commands', missing: ['eval', 'xadd'] },
]

const faults: AppError[] = [
  ...workerEndCodes.map(reason => fault('worker-unreachable', { device: 'annex/cuda:0', reason })),
  fault('internal', { problem: 'there is nothing to refine' }),
  ...configProblems.flatMap(problem => [
    fault('config', { file: 'my.yaml', key: 'web.port', problem }),
    fault('config', { key: '', problem }),
  ]),
  ...fileProblems.map(problem => fault('file', { file: 'a.png', doing: 'read', problem })),
  fault('native-module', { module: 'better-sqlite3', node: '26.1.0' }),
  ...fileProblems.map(problem => fault('data-folder-read-only', { folder: 'data', problem })),
  ...storageProblems.map(problem => fault('storage', { problem })),
  ...refusalProblems.map(problem => fault('platform-refused', { platform: 'Slack', problem })),
  ...redisProblems.map(problem => fault('redis', { host: 'redis.example.org', problem })),
]

function fault<Code extends ErrorCode>(code: Code, details: ErrorDetails[Code]): AppError {
  return new AppError(code, details)
}

test.each([
  ['configuration', configProblem, configProblems],
  ['file', fileProblem, fileProblems],
  ['storage', storageProblem, storageProblems],
  ['refusal', refusalProblem, refusalProblems],
  ['Redis', redisProblem, redisProblems],
])('the examples cover every reason of %s', (_, schema, examples) => {
  const all = schema.options.flatMap(({ shape }) =>
    'options' in shape.what ? shape.what.options : [...shape.what.values],
  )
  expect(new Set(examples.map(({ what }) => what))).toEqual(new Set(all))
})

test.each(faults.map(one => [JSON.stringify(one.details), one] as const))(
  '%s is one sentence in every language, and in that language alone',
  (_, one) => {
    for (const words of Object.values(languages)) {
      const sentence = errorSentence(words, one)
      expect(sentence).not.toMatch(/undefined|object Object|NaN|\n/)
      if (words === languages.en) expect(sentence).toMatch(/^.+\.$/)
      else expect(sentence).toMatch(/\p{Script=Han}.*。$/u)
      if (words !== languages.en) expect(sentence).not.toMatch(/(?:\b[a-z]+ ){2}[a-z]+/)
    }
  },
)

test('a wrong encryption key is answered with how to make one, in every language', () => {
  const wrong = fault('config', { key: 'EASEL_ENCRYPTION_KEY', problem: { what: 'encryption-key' } })
  for (const words of Object.values(languages))
    expect(errorSentence(words, wrong)).toMatch(/EASEL_ENCRYPTION_KEY.*openssl rand -base64 32/)
})

test.each([
  ['ENOENT', 'missing'],
  ['EPERM', 'not-allowed'],
  ['EISDIR', 'folder'],
  ['EFBIG', 'too-large'],
  ['ELOOP', 'link-circle'],
  ['EMFILE', 'other'],
])('the system’s %s is read as %s', (code, what) => {
  expect(readFileProblem(Object.assign(new Error('refused'), { code }))).toMatchObject({ what })
})
