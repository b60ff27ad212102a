import { describe, expect, it } from 'vitest'
import { faultMessage } from '../../../src/bots/chat/fault-message.ts'
import { jobMessage } from '../../../src/bots/messages/job-message.ts'
import { AppError } from '../../../src/errors/errors.ts'
import { errorSentence } from '../../../src/words/en.ts'
import { languages } from '../../../src/words/locale.ts'
import { jobView } from '../../helpers/job-views.ts'
import { silent } from '../../helpers/remote/remote-pair.ts'

const missing = { what: 'missing' } as const
const faults: readonly AppError[] = [
  new AppError('model-file', { file: '/srv/easel data/models/demo/vae/model.safetensors', problem: missing }),
  new AppError('model-file', {
    file: '/srv/models/old',
    problem: { what: 'dangling-link', target: '/srv/elsewhere/old' },
  }),
  new AppError('model-config', {
    file: '/srv/models/demo/unet/config.json',
    key: 'in_channels',
    problem: { what: 'kind', found: '', expected: 'number' },
  }),
  new AppError('weights-damaged', {
    files: ['/srv/data/cache/weights/a.bin', '/srv/data/cache/weights/b.bin'],
  }),
  new AppError('file', { file: '/srv/data/pictures/x.png', doing: 'write', problem: { what: 'disk-full' } }),
  new AppError('model-fetch', { problem: { what: 'occupied', path: '/srv/models/demo' } }),
  new AppError('device-failed', {
    device: 'cuda:0',
    message: 'Load model from /srv/data/cache/graph.onnx failed: open "/srv/models/x": ENOENT /srv/y',
  }),
  new AppError('device-unusable', {
    device: 'cuda:0',
    lack: 'libraries',
    message: '/srv/lib/onnxruntime_providers_cuda.so: cannot open shared object file',
  }),
  new AppError('cuda-libraries', { folder: '/srv/cuda', missing: 'libonnxruntime_providers_cuda.so' }),
  new AppError('data-folder-read-only', { folder: '/srv/data', problem: missing }),
  new AppError('pictures-unknown', { folder: '/srv/data/pictures', unknown: 2, files: 2 }),
]

describe.each(Object.entries(languages))('what a fault says in a chat, in %s', (_tag, words) => {
  it.each(faults)('does not tell where files lie on the server: $code', fault => {
    expect(errorSentence(words, fault)).toContain('/srv')
    const failed = jobView({ state: 'failed', pictures: [], failure: fault })
    for (const message of [faultMessage(fault, words, silent), jobMessage(failed, words)]) {
      expect(JSON.stringify(message)).not.toMatch(/\/srv|easel data/)
    }
  })

  it('still names the file', () => {
    const failed = jobView({ state: 'failed', pictures: [], failure: faults[0] })
    expect(JSON.stringify(jobMessage(failed, words))).toContain('model.safetensors')
  })

  it.each(['https://docs.example.org/a/b', '57/255 at 10 m/s', 'x/y.onnx'])(
    'leaves what is no path of the server as it is: %s',
    message => {
      const fault = new AppError('device-failed', { device: 'cpu', message })
      expect(faultMessage(fault, words, silent).title).toBe(errorSentence(words, fault))
    },
  )
})
