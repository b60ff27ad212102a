/** What moves from one place to another, and by whose act. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ActOutcome } from '../../src/app/easel.ts'
import type { Caller, Conversation } from '../../src/app/people/people.ts'
import type { Action } from '../../src/app/requests.ts'
import type { JobView } from '../../src/app/views/views.ts'
import { FakeCourier } from '../fakes/fake-courier.ts'
import { places } from '../helpers/access-scene.ts'
import { buildTestEasel, type TestEasel } from '../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  const couriers = (['discord', 'slack', 'web'] as const).map(platform => new FakeCourier(platform))
  t = await buildTestEasel({ couriers })
})
afterEach(() => t.dispose())

/** Somebody on Discord, in one of the places. */
function from(userId: string, conversation: Conversation): Caller {
  const { platform, spaceId } = conversation
  return t.caller({ person: { platform, spaceId, userId, name: userId }, conversation })
}

const pictureOf = (job: JobView | undefined): string => job?.pictures[0]?.id ?? ''

async function act(action: Action, caller: Caller): Promise<ActOutcome> {
  const outcome = await t.easel.act(action, caller)
  await t.settled()
  return outcome
}

function codes(outcome: { kind: string; problems?: { code: string }[] }): string[] {
  return outcome.problems?.map(({ code }) => code) ?? [outcome.kind]
}

function jobOf(outcome: ActOutcome): JobView {
  const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
  if (!job) throw new Error(JSON.stringify(outcome))
  return t.job(job.id)
}

describe('showing a picture elsewhere', () => {
  test('lets the readers of that conversation use it, and nobody else', async () => {
    const made = await t.paint('a secret', from('ann', places.directMessage))
    const pictureId = pictureOf(made)
    const bob = from('bob', places.privateThread)
    const info = { kind: 'info', pictureId } as const
    expect(codes(await t.easel.act(info, bob))).toEqual(['picture-gone'])
    expect((await t.easel.show(pictureId, from('ann', places.privateThread))).kind).toBe('shown')
    expect((await t.easel.act(info, bob)).kind).toBe('info')
    expect(codes(await t.easel.act(info, from('bob', places.publicChannel)))).toEqual(['picture-gone'])
    expect(codes(await t.easel.act(info, from('bob', places.slackPublic)))).toEqual(['picture-gone'])
    await t.built.stop(0)
    await t.restart()
    expect((await t.easel.act(info, bob)).kind).toBe('info')
  })

  test('is the author’s to do where others there could not see it', async () => {
    const made = await t.paint('a secret', from('ann', places.privateChannel))
    const shown = await t.easel.show(made.id, from('bob', places.publicChannel))
    expect(codes(shown)).toEqual(['picture-unknown'])
  })

  test('ends when the picture is deleted', async () => {
    const made = await t.paint('a secret', from('ann', places.directMessage))
    await t.easel.show(made.id, from('ann', places.publicChannel))
    await act({ kind: 'delete', jobId: made.id }, from('ann', places.directMessage))
    expect(t.easel.job(made.id, from('bob', places.publicChannel))).toBeUndefined()
  })
})

describe('going on from a picture elsewhere', () => {
  test('brings what is made of it there, and leaves the picture where it was', async () => {
    const made = await t.paint('a secret', from('ann', places.directMessage))
    const varied = await act(
      { kind: 'vary-subtle', pictureId: pictureOf(made) },
      from('ann', places.publicChannel),
    )
    const bob = from('bob', places.publicChannel)
    expect(t.easel.job(jobOf(varied).id, bob)?.promptAsTyped).toBe('a secret')
    expect(t.easel.job(made.id, bob)).toBeUndefined()
    expect(t.easel.picture(pictureOf(made), bob)).toBeUndefined()
  })

  test('links to the earlier message only where all who read the link may see it', async () => {
    const [discord] = t.couriers
    const linked = async (there: Conversation) => {
      const made = await t.paint('a circle', from('ann', places.publicChannel))
      const secret = await t.paint('a secret', from('ann', places.privateChannel))
      for (const parent of [made, secret])
        await act({ kind: 'upscale', pictureId: pictureOf(parent), factor: 2 }, from('ann', there))
      return discord?.parents.slice(-2).map(address => address !== undefined)
    }
    expect(await linked(places.publicThread)).toEqual([true, false])
    expect(await linked(places.privateChannel)).toEqual([true, true])
    expect(await linked(places.directMessage)).toEqual([false, false])
  })
})

describe('a source that only its author may see', () => {
  const given = new Uint8Array([1, 2, 3])

  async function fromGiven(strength = 0.5): Promise<JobView> {
    const source = { kind: 'bytes', bytes: given } as const
    const outcome = await t.easel.imagine(
      { prompt: 'a cat', source, strength },
      from('ann', places.publicChannel),
    )
    await t.settled()
    return jobOf(outcome)
  }

  const sourceOf = (job: JobView) => (job.order.kind === 'paint' ? job.order.source?.pictureId : undefined)

  test('cannot be used by others by its id', async () => {
    const id = sourceOf(await fromGiven()) ?? ''
    const source = { kind: 'stored', pictureId: id } as const
    const named = (caller: Caller) => t.easel.imagine({ prompt: 'x', source }, caller)
    expect(codes(await named(from('bob', places.publicChannel)))).toEqual(['picture-unknown'])
    expect(await t.easel.pictureBytes(id, from('bob', places.publicChannel))).toBeUndefined()
    expect((await named(from('ann', places.privateThread))).kind).toBe('accepted')
    await t.settled()
  })

  test('goes along with what was made of it, as it was used: Re-roll, Vary, Remix in other words', async () => {
    const made = await fromGiven()
    const bob = () => from('bob', places.publicChannel)
    const pictureId = pictureOf(made)
    const again = jobOf(await act({ kind: 're-roll', jobId: made.id }, bob()))
    expect(sourceOf(again)).toBe(sourceOf(made))
    expect(codes(await act({ kind: 'vary-strong', pictureId }, bob()))).toEqual(['accepted'])
    const remix = (request: object) =>
      ({ kind: 'remix', pictureId, request: { prompt: 'a dog', ...request } }) as const
    expect(sourceOf(jobOf(await act(remix({ strength: 0.7 }), bob())))).toBe(sourceOf(made))
    const own = { kind: 'bytes', bytes: new Uint8Array([9]) } as const
    expect(codes(await act(remix({ source: own, strength: 0.1 }), bob()))).toEqual(['accepted'])
  })

  test.each([
    ['less strength', { strength: 0.1 }],
    ['a mask of their own', { mask: { kind: 'bytes', bytes: new Uint8Array([0]) } as const }],
  ])('is not brought to light by %s', async (_, request) => {
    const made = await fromGiven()
    const action = {
      kind: 'remix',
      pictureId: pictureOf(made),
      request: { prompt: 'a cat', ...request },
    } as const
    expect(codes(await act(action, from('bob', places.publicChannel)))).toEqual(['source-private'])
    expect(codes(await act(action, from('ann', places.publicChannel)))).toEqual(['accepted'])
  })
})

describe('rows of before conversations said who reads them', () => {
  test.each([
    ['channel', { ...places.publicChannel, channelId: 'C9' }, false],
    ['channel', places.publicThread, true],
    ['thread', places.publicChannel, false],
    ['thread', places.publicThread, true],
  ] as const)('are private: one of a %s', async (kind, viewer, sees) => {
    const made = await t.paint(
      'old',
      from('ann', kind === 'thread' ? places.publicThread : places.publicChannel),
    )
    t.built.db.client.sqlite.exec("UPDATE jobs SET conversation = json_remove(conversation, '$.audience')")
    expect(t.easel.job(made.id, from('bob', viewer)) !== undefined).toBe(sees)
  })
})
