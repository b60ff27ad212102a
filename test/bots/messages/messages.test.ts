import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JobView } from '../../../src/app/views/views.ts'
import {
  buttonActions,
  decodeButtonId,
  encodeButtonId,
  meaningOf,
  questionActions,
} from '../../../src/bots/messages/buttons.ts'
import { infoMessage, pictureMessage } from '../../../src/bots/messages/info-message.ts'
import { jobMessage, problemSentences, requestCard } from '../../../src/bots/messages/job-message.ts'
import { linesOf } from '../../../src/bots/messages/message.ts'
import { en } from '../../../src/words/en.ts'
import { wordsFor } from '../../../src/words/locale.ts'
import { zhCn } from '../../../src/words/zh-cn/index.ts'
import { jobView, pictureView, redCircleOrder } from '../../helpers/job-views.ts'

const waiting: Partial<JobView> = {
  state: 'queued',
  pictures: [],
  startedAt: undefined,
  finishedAt: undefined,
}
const set = jobView({
  order: redCircleOrder({ count: 3 }),
  pictures: [0, 1, 2].map(index => pictureView({ id: `picture00000000${index}1`, index, seed: 7 + index })),
})
const labels = (job: JobView) => jobMessage(job, en).buttons.map(row => row.map(button => button.label))

describe('the placeholder', () => {
  it('says the place in the queue and the time to go, with Cancel', () => {
    const message = jobMessage(jobView({ ...waiting, place: 3, etaMs: 42_000 }), en)
    expect(message).toMatchObject({
      title: 'Place 3 in the queue',
      lines: ['About 42 s to go'],
      pictures: [],
    })
    expect(message.buttons.flat()).toEqual([
      { action: 'cancel', targetId: 'job0000000000001', label: 'Cancel', style: 'plain' },
    ])
  })

  it('says why nothing is painted while every device is paused', () => {
    const view = jobView({ ...waiting, place: 3, heldUp: 'paused' })
    expect(jobMessage(view, en)).toMatchObject({
      title: 'Place 3 in the queue',
      lines: ['Nothing is painted now: all devices are paused'],
    })
    expect(requestCard(view, zhCn).lines).toEqual(['排在第 3 位 · 所有设备都已暂停，现在不画图'])
  })

  it('says that it waits for a device where none that works now can paint it', () => {
    const view = jobView({ ...waiting, place: 3, heldUp: 'no-device' })
    expect(jobMessage(view, en)).toMatchObject({
      title: 'Place 3 in the queue',
      lines: ['Waits for a device that can paint it'],
    })
    expect(requestCard(view, zhCn).lines).toEqual(['排在第 3 位 · 正在等待能画它的设备'])
  })

  it('says step i of n while the picture is painted, and shows it', () => {
    const preview = new Uint8Array([1])
    const message = jobMessage(jobView({ ...waiting, state: 'running', step: 5, preview }), en)
    expect(message).toMatchObject({
      title: 'Painting: step 5 of 20',
      progress: { step: 5, steps: 20 },
      preview,
    })
  })

  it('tells preparing and finishing from painting', () => {
    expect(jobMessage(jobView({ ...waiting, state: 'running', step: 0 }), en).title).toBe(en.job.preparing)
    expect(jobMessage(jobView({ ...waiting, state: 'running', step: 20 }), en).title).toBe(en.job.finishing)
  })
})

describe('the result', () => {
  it('has the prompt, who asked, the outcome and the picture with its alternative text; all else is behind Info', () => {
    const message = jobMessage(jobView(), en)
    expect(message.title).toBe('a red circle on a blue background')
    expect(linesOf(message)).toEqual(['Asked by Ada · painted in 2 s'])
    expect(message.command).toBeUndefined()
    expect(message.pictures).toMatchObject([
      { altText: 'a red circle on a blue background (128 by 128 pixels)' },
    ])
  })

  it('begins its line with a capital in a direct message, where nobody is named before it', () => {
    const { conversation } = jobView()
    const message = jobMessage(jobView({ conversation: { ...conversation, kind: 'direct' } }), en)
    expect(linesOf(message)).toEqual(['Painted in 2 s'])
  })

  it('offers everything for one picture', () => {
    expect(labels(jobView())).toEqual([
      ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2'],
      ['Re-roll', 'Remix', 'Info', 'Delete'],
    ])
  })

  it('numbers the buttons of a set, each with its own picture', () => {
    expect(labels(set)).toEqual([
      ['Refine 1', 'Refine 2', 'Refine 3'],
      ['Vary 1', 'Vary 2', 'Vary 3'],
      ['Upscale 1', 'Upscale 2', 'Upscale 3'],
      ['More 1', 'More 2', 'More 3'],
      ['Re-roll', 'Delete'],
    ])
    expect(jobMessage(set, en).buttons[1]?.map(button => button.targetId)).toEqual(
      set.pictures.map(p => p.id),
    )
  })

  it('leads from a set to everything that can be done with each of its pictures', () => {
    const menu = pictureMessage(set, set.pictures[1] ?? pictureView(), en)
    expect(menu.title).toBe('Picture 2 of 3')
    expect(menu.buttons.map(row => row.map(({ label }) => label))).toEqual([
      ['Refine', 'Vary (subtle)', 'Vary (strong)', 'Upscale ×2'],
      ['Remix', 'Info'],
    ])
    for (const { targetId } of menu.buttons.flat()) expect(targetId).toBe(set.pictures[1]?.id)
  })

  it('has one primary button in every state, but for Cancel', () => {
    const failed = jobView({ ...waiting, state: 'failed' })
    for (const job of [jobView(), set, failed])
      expect(
        jobMessage(job, en)
          .buttons.flat()
          .filter(({ style }) => style === 'primary'),
      ).toHaveLength(1)
  })

  it('asks before it is deleted', () => {
    for (const job of [jobView(), set]) {
      const [remove] = jobMessage(job, en)
        .buttons.flat()
        .filter(({ action }) => action === 'delete')
      expect(remove?.confirmation).toEqual(en.chat.deletion)
    }
  })

  it('says in one sentence why there is no picture, with Try again', () => {
    const failed = jobView({
      ...waiting,
      state: 'failed',
      failure: { code: 'out-of-memory', details: { device: 'cuda:0' } },
    })
    expect(jobMessage(failed, en)).toMatchObject({
      title: `❌ ${en.job.failed}`,
      lines: ['cuda:0 ran out of memory. A smaller size may work.'],
    })
    expect(labels(failed)).toEqual([['Try again']])
    expect(labels(jobView({ ...waiting, state: 'cancelled' }))).toEqual([['Try again']])
  })

  it('names the parent of a refined, upscaled or varied picture', () => {
    const parent = { pictureId: 'picture000000009', jobId: 'job0000000000009' }
    const source = { pictureId: parent.pictureId, strength: 0.4 }
    const origin = (job: JobView) => jobMessage(job, en).origin
    expect(origin(jobView({ parent, order: redCircleOrder({ source }) }))).toBe(en.job.varied(0.4))
    expect(origin(jobView({ parent }))).toBe(en.job.again)
    const upscaled = { kind: 'upscale', source, factor: 2, widthPx: 256, heightPx: 256 } as const
    expect(origin(jobView({ parent, order: upscaled }))).toBe(en.job.upscaled(2))
    expect(jobMessage(jobView({ parent, order: upscaled }), en).command).toBeUndefined()
  })
})

describe('the request card', () => {
  const card = (changes: Partial<JobView> = {}) => linesOf(requestCard(jobView(changes), en))

  it('says who asked, the place while the job waits, and then its outcome', () => {
    expect(card({ ...waiting, place: 1, etaMs: 2000 })).toEqual([
      'Asked by Ada · Next in the queue · about 2 s to go',
    ])
    expect(card({ ...waiting, state: 'running' })).toEqual(['Asked by Ada · Being painted'])
    expect(card()).toEqual(['Asked by Ada · ✅ Done · painted in 2 s'])
    expect(linesOf(requestCard(set, en))).toEqual(['Asked by Ada · ✅ 3 pictures done · painted in 2 s'])
  })

  it('tells what failed, was cancelled, was lost or waited too long apart, and gives the reason', () => {
    const failure = { code: 'out-of-memory', details: { device: 'cuda:0' } } as const
    expect(card({ ...waiting, state: 'failed', failure })).toEqual([
      'Asked by Ada · ❌ This picture could not be painted.',
      'cuda:0 ran out of memory. A smaller size may work.',
    ])
    const ends = (['failed', 'dead', 'cancelled', 'expired'] as const).map(state =>
      card({ ...waiting, state }).join(),
    )
    expect(new Set(ends).size).toBe(4)
  })

  it('does not name the author in a direct message', () => {
    const { conversation } = jobView()
    expect(card({ conversation: { ...conversation, kind: 'direct' } })).toEqual(['✅ Done · painted in 2 s'])
  })
})

describe('button ids', () => {
  it('read back as what they were', () => {
    for (const action of buttonActions) {
      const target = { action, targetId: 'abcdefgh01234567' }
      expect(decodeButtonId(encodeButtonId(target))).toEqual(target)
    }
    const topic = { action: 'topic', targetId: 'samplers' } as const
    expect(decodeButtonId(encodeButtonId(topic))).toEqual(topic)
  })

  it('refuse ids that Easel did not make', () => {
    for (const forged of [
      '',
      'delete',
      'delete:',
      'drop:abcdefgh01234567',
      'delete:samplers',
      'delete:../../../etc/pas',
      'Delete:abcdefgh01234567',
    ])
      expect(decodeButtonId(forged), forged).toBeUndefined()
    fc.assert(
      fc.property(fc.string(), text => {
        const target = decodeButtonId(text)
        expect(target === undefined || encodeButtonId(target) === text).toBe(true)
      }),
    )
  })

  it('mean an action of app/, the form of Remix or a yes to a question', () => {
    const targetId = 'x'
    const actions = [
      [{ action: 'upscale', targetId } as const, { kind: 'upscale', pictureId: 'x', factor: 2 }],
      [{ action: 'delete', targetId } as const, { kind: 'delete', jobId: 'x' }],
      [{ action: 'info', targetId } as const, { kind: 'info', pictureId: 'x' }],
    ] as const
    for (const [target, action] of actions) expect(meaningOf(target)).toEqual({ kind: 'action', action })
    expect(meaningOf({ action: 'remix', targetId })).toEqual({ kind: 'remix', pictureId: 'x' })
    for (const action of questionActions)
      expect(meaningOf({ action, targetId })).toEqual({ kind: 'answer', question: { action, id: 'x' } })
  })
})

describe('answers', () => {
  it('tell everything about a picture, with its own seed', () => {
    const picture = set.pictures[2]
    const message = infoMessage(set, picture ?? pictureView(), en)
    expect(message.lines).toContain('Seed: 9')
    expect(message.lines).toContain(`Picture ID: ${picture?.id}`)
    expect(message.command).toContain('--n 1 --seed 9')
  })
})

describe('words', () => {
  it('follow the language tag', () => {
    expect(wordsFor('zh-Hans-CN')).toBe(zhCn)
    expect(wordsFor('zh_CN')).toBe(zhCn)
    expect(wordsFor('en-GB')).toBe(en)
    expect(wordsFor('fr')).toBe(en)
    expect(wordsFor(undefined)).toBe(en)
  })

  it('are Chinese throughout in Chinese', () => {
    const message = jobMessage(jobView({ ...waiting, place: 2, etaMs: 90_000 }), zhCn)
    expect(message).toMatchObject({ title: '排在第 2 位', lines: ['大约还要 2 分钟'] })
    expect(problemSentences([{ code: 'not-yours', details: {} }], zhCn)).toEqual([
      '只有发起的人或管理员可以这样做。',
    ])
  })
})
