/** Places and people of two guilds, two workspaces and the web chat, and who of them may see what was made where. */
import type { Viewer } from '../../src/app/access/access-rules.ts'
import type { Conversation, Person, Rights } from '../../src/app/people/people.ts'

type Place = Conversation

const discord = { platform: 'discord', spaceId: 'G1' } as const
const slack = { platform: 'slack', spaceId: 'T1' } as const

/** Where a secret is made. */
export const places = {
  publicChannel: { ...discord, channelId: 'C1', kind: 'channel', audience: 'space' },
  publicThread: { ...discord, channelId: 'C1', threadId: 'H1', kind: 'thread', audience: 'space' },
  privateChannel: { ...discord, channelId: 'C2', kind: 'channel', audience: 'channel' },
  privateThread: { ...discord, channelId: 'C1', threadId: 'H2', kind: 'thread', audience: 'thread' },
  /** The app came with a person: the guild has not installed it. */
  userInstall: { ...discord, spaceId: 'G3', channelId: 'C3', kind: 'channel', audience: 'channel' },
  directMessage: { ...discord, spaceId: 'direct', channelId: 'D1', kind: 'direct', audience: 'channel' },
  slackPublic: { ...slack, channelId: 'C1', kind: 'channel', audience: 'space' },
  slackPrivate: { ...slack, channelId: 'C2', threadId: '1.1', kind: 'thread', audience: 'channel' },
  slackDirect: { ...slack, channelId: 'D1', kind: 'direct', audience: 'channel' },
  webChat: { platform: 'web', spaceId: 'web', channelId: 'chat', kind: 'channel', audience: 'space' },
} as const satisfies Record<string, Place>
export type PlaceName = keyof typeof places

const plain: Rights = { member: true, moderator: false, admin: false }
const guest: Rights = { member: false, moderator: false, admin: false }
const admin: Rights = { member: true, moderator: true, admin: true }

function somebody(conversation: Place, rights: Rights = plain, userId = 'BOB'): Viewer {
  const { platform, spaceId } = conversation
  return { person: { platform, spaceId, userId, name: 'Bob' }, rights, conversation }
}

/** Whose the secrets are: the same account in every guild, one in each workspace, one browser. */
export function ownerIn({ platform, spaceId }: Pick<Place, 'platform' | 'spaceId'>): Person {
  return { platform, spaceId, userId: 'ANN', name: `Secret Ann of ${spaceId}` }
}

const all = Object.keys(places) as PlaceName[]
const ofPublicGuild = ['publicChannel', 'publicThread'] as const

/** Who looks, from where, and what they may see of all that was made; what is not named here is denied. */
export const viewers: Record<string, { viewer: Viewer; sees: readonly PlaceName[] }> = {
  'a member in the same public channel': {
    viewer: somebody(places.publicChannel),
    sees: ofPublicGuild,
  },
  'a guest in the same public channel': {
    viewer: somebody(places.publicChannel, guest),
    sees: ofPublicGuild,
  },
  'a member in another channel of the space': {
    viewer: somebody({ ...places.publicChannel, channelId: 'C9' }),
    sees: ofPublicGuild,
  },
  'a guest in another channel of the space': {
    viewer: somebody({ ...places.publicChannel, channelId: 'C9' }, guest),
    sees: [],
  },
  'a member in the private channel': {
    viewer: somebody(places.privateChannel),
    sees: [...ofPublicGuild, 'privateChannel'],
  },
  'a member in a thread of the private channel': {
    viewer: somebody({ ...places.privateChannel, threadId: 'H9', kind: 'thread' }),
    sees: [...ofPublicGuild, 'privateChannel'],
  },
  'a member in the private thread': {
    viewer: somebody(places.privateThread),
    sees: [...ofPublicGuild, 'privateThread'],
  },
  'an admin of the space, in another channel': {
    viewer: somebody({ ...places.publicChannel, channelId: 'C9' }, admin),
    sees: ofPublicGuild,
  },
  'somebody in the user-install conversation': {
    viewer: somebody(places.userInstall, guest),
    sees: ['userInstall'],
  },
  'a member in another channel of that guild': {
    viewer: somebody({ ...places.userInstall, channelId: 'C9', audience: 'space' }),
    sees: [],
  },
  'somebody in a direct message of their own': {
    viewer: somebody({ ...places.directMessage, channelId: 'D9' }, guest),
    sees: [],
  },
  'somebody in a group message': {
    viewer: somebody({ ...places.directMessage, channelId: 'D8' }, guest),
    sees: [],
  },
  'a member of another guild': {
    viewer: somebody({ ...places.publicChannel, spaceId: 'G2' }),
    sees: [],
  },
  'an admin of another guild': {
    viewer: somebody({ ...places.publicChannel, spaceId: 'G2' }, admin),
    sees: [],
  },
  'a member of the workspace, in another channel': {
    viewer: somebody({ ...places.slackPublic, channelId: 'C9' }),
    sees: ['slackPublic'],
  },
  'a member of the workspace, in a direct message': {
    viewer: somebody({ ...places.slackDirect, channelId: 'D9' }),
    sees: ['slackPublic'],
  },
  'a guest of the workspace, in another channel': {
    viewer: somebody({ ...places.slackPublic, channelId: 'C9' }, guest),
    sees: [],
  },
  'a member in the private channel of the workspace': {
    viewer: somebody({ ...places.slackPrivate, threadId: '2.2' }),
    sees: ['slackPublic', 'slackPrivate'],
  },
  'an admin of the workspace, in another channel': {
    viewer: somebody({ ...places.slackPublic, channelId: 'C9' }, admin),
    sees: ['slackPublic'],
  },
  'a member of another workspace': {
    viewer: somebody({ ...places.slackPublic, spaceId: 'T2' }),
    sees: [],
  },
  'an admin of another workspace': {
    viewer: somebody({ ...places.slackPublic, spaceId: 'T2' }, admin),
    sees: [],
  },
  'a browser in the web chat': {
    viewer: somebody(places.webChat),
    sees: ['webChat'],
  },
  'the configured operator, in another guild': {
    viewer: somebody({ ...places.publicChannel, spaceId: 'G2' }, plain, 'OPERATOR'),
    sees: [],
  },
  'the owner, where each was made': { viewer: somebody(places.publicChannel), sees: all },
  'the owner, in another guild': {
    viewer: {
      ...somebody({ ...places.publicChannel, spaceId: 'G2' }),
      person: ownerIn({ ...discord, spaceId: 'G2' }),
    },
    sees: all.filter(name => places[name].platform === 'discord'),
  },
  'the owner’s namesake on another platform': {
    viewer: { ...somebody(places.webChat), person: ownerIn({ platform: 'web', spaceId: 'elsewhere' }) },
    sees: ['webChat'],
  },
}

/** As that viewer looks at what was made in a place: the owner goes there. */
export function viewerAt(name: string, place: Place): Viewer {
  const known = viewers[name]
  if (known === undefined) throw new Error(`no viewer is called ${name}`)
  return name === 'the owner, where each was made'
    ? { person: ownerIn(place), rights: plain, conversation: place }
    : known.viewer
}
