/** A stage with two guilds and one that did not install Easel, two workspaces, direct messages and two browsers. */
import { discordSpot, type Spot, slackSpot, webSpot } from './spots.ts'
import { Stage } from './stage.ts'

/**
 * People are known by their names in one place alone, but for Ada, who is in both guilds. `readOnWeb` gets every byte that
 * the browsers are sent.
 */
export async function furnished(
  readOnWeb: (bytes: Buffer) => void,
): Promise<{ stage: Stage; spots: Spot[] }> {
  const spots: Spot[] = []
  const installs: (() => Promise<void>)[] = []
  const stage = await Stage.start(furnished => {
    const { discord, slack } = furnished
    const [ada, ben, cyd, dee] = ['Ada', 'Benedict', 'Cydney', 'Deedee'].map(name => discord.person(name))
    if (!ada || !ben || !cyd || !dee) throw new Error('nobody is there')
    const first = discord.guild('First', { members: [ada.user, ben.user] })
    const second = discord.guild('Second', { members: [ada.user, cyd.user] })
    const foreign = discord.guild('Foreign', { botIsMember: false, members: [ben.user, dee.user] })
    const [open, closed, other, lounge] = [
      discord.channel('open', first),
      discord.channel('closed', first),
      discord.channel('other', second),
      discord.channel('lounge', foreign),
    ]
    discord.world.overwrite(closed, 'everyone', { deny: ['ViewChannel'] })
    for (const member of [ada.user, discord.world.bot])
      discord.world.overwrite(closed, member, { allow: ['ViewChannel'] })
    discord.world.grant(cyd.user, second, 'ManageGuild', 'ManageMessages')
    const whispered = discord.thread('whispered', open, { members: [ada] })
    whispered.members.push(discord.world.bot)
    spots.push(
      discordSpot(furnished, 'Ada in the open channel', ada, open, true),
      discordSpot(furnished, 'Ben in the open channel', ben, open, true),
      discordSpot(furnished, 'Ada in the closed channel', ada, closed, false),
      discordSpot(furnished, 'Ada in the private thread', ada, whispered, false),
      discordSpot(furnished, 'Ada in the other guild', ada, other, true),
      discordSpot(furnished, 'Cydney, an admin of the other guild', cyd, other, true),
      discordSpot(furnished, 'Ben in direct messages', ben, discord.world.directChannel(ben.user), false),
      discordSpot(furnished, 'Deedee by user install', dee, lounge, false),
      discordSpot(furnished, 'Ben by user install', ben, lounge, false),
    )
    for (const name of ['acme', 'umbrella']) {
      const team = slack.addTeam(name)
      const person = slack.addPerson(team, `Una-${name}`)
      const admin = slack.addPerson(team, `Vera-${name}`, { admin: true })
      const channel = slack.addChannel(team, `${name}-art`)
      const hidden = slack.addChannel(team, `${name}-hidden`, { members: [person] })
      installs.push(() => furnished.install(team, admin))
      spots.push(
        slackSpot(furnished, `Una in ${name}`, person, channel, true),
        slackSpot(furnished, `Una in hidden ${name}`, person, hidden, false),
        slackSpot(furnished, `Una in direct messages of ${name}`, person, person.direct, false),
        slackSpot(furnished, `Vera, an admin of ${name}`, admin, channel, true),
      )
    }
    for (const name of ['a browser', 'another browser']) spots.push(webSpot(furnished, name, readOnWeb))
  })
  for (const install of installs) await install()
  return { stage, spots }
}
