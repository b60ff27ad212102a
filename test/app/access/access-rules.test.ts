import { describe, expect, test } from 'vitest'
import { accessOf, isOpenIn, maySee, type Place, type Viewer } from '../../../src/app/access/access-rules.ts'
import { ownerIn, type PlaceName, places, viewerAt, viewers } from '../../helpers/access-scene.ts'

const names = Object.keys(places) as PlaceName[]
const thingIn = (place: Place) => ({ author: ownerIn(place), places: [place] })

describe.each(Object.entries(viewers))('%s', (name, { sees }) => {
  test(`sees ${sees.length === 0 ? 'nothing' : sees.join(', ')}, and nothing else`, () => {
    const seen = names.filter(place => maySee(viewerAt(name, places[place]), thingIn(places[place])))
    expect(seen.sort()).toEqual([...sees].sort())
  })
})

describe('the rule', () => {
  const bob: Viewer = {
    person: { platform: 'discord', spaceId: 'G1', userId: 'BOB', name: 'Bob' },
    rights: { member: true, moderator: false, admin: false },
    conversation: places.publicChannel,
  }

  test('says why somebody may see a thing: first because it is theirs', () => {
    const ann = { ...bob, person: ownerIn(places.publicChannel) }
    expect(accessOf(ann, thingIn(places.publicChannel))).toBe('own')
    expect(accessOf(bob, thingIn(places.publicChannel))).toBe('conversation')
    expect(accessOf(bob, thingIn({ ...places.publicChannel, channelId: 'C9' }))).toBe('space')
    expect(accessOf(bob, thingIn(places.privateChannel))).toBeUndefined()
  })

  test('denies a job without a conversation to everybody', () => {
    expect(maySee(bob, { author: ownerIn(places.publicChannel), places: [] })).toBe(false)
  })

  test('treats a direct message as private even if its audience says public', () => {
    const open = { ...places.slackDirect, audience: 'space' } as const
    expect(maySee({ ...bob, conversation: { ...places.slackPublic, channelId: 'C9' } }, thingIn(open))).toBe(
      false,
    )
    const outside = { ...places.directMessage, kind: 'channel', audience: 'space' } as const
    expect(
      maySee({ ...bob, conversation: { ...places.directMessage, channelId: 'D9' } }, thingIn(outside)),
    ).toBe(false)
  })

  test('treats two conversations without ids as different', () => {
    const unnamed = { ...places.directMessage, channelId: '' }
    expect(maySee({ ...bob, conversation: unnamed }, thingIn(unnamed))).toBe(false)
  })

  test('sees what was brought to a place from there', () => {
    const brought = {
      author: ownerIn(places.directMessage),
      places: [places.directMessage, places.privateThread],
    }
    expect(maySee({ ...bob, conversation: places.privateThread }, brought)).toBe(true)
    expect(maySee(bob, brought)).toBe(false)
  })

  test('lets a message lead only to what all may see who read it', () => {
    expect(isOpenIn(places.privateChannel, thingIn(places.publicChannel))).toBe(true)
    expect(isOpenIn(places.publicThread, thingIn(places.publicChannel))).toBe(true)
    expect(isOpenIn(places.publicChannel, thingIn(places.privateChannel))).toBe(false)
    expect(isOpenIn(places.publicChannel, thingIn(places.directMessage))).toBe(false)
    expect(isOpenIn(places.slackPublic, thingIn(places.publicChannel))).toBe(false)
  })
})
