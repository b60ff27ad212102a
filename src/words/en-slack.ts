/** English: what only Slack says. */
import { chat } from './en-chat.ts'

export const slack = {
  ...chat,
  /** Why the adapter is off, for the operator. */
  off: {
    token: 'SLACK_BOT_TOKEN is not set',
    appToken: 'SLACK_APP_TOKEN is not set (Socket Mode needs it; or set slack.transport to http)',
    signingSecret: 'SLACK_SIGNING_SECRET is not set (slack.transport is http)',
  },
  form: {
    ...chat.form,
    title: 'Paint a picture',
    submit: 'Paint',
    close: 'Close',
    before: 'As before',
    style: 'Style',
    refine: 'Refiner',
    refineYes: 'Let the Refiner finish the picture',
    seed: 'Seed',
    seedHint: 'The same seed gives the same picture.',
    source: 'Start from a picture',
  },
  settings: {
    ...chat.settings,
    intro: 'They fill in what you do not say.',
    save: 'Save',
  },
  replies: {
    ...chat.replies,
    accepted: 'Accepted. Much is being asked here, so its message comes a little later.',
    formLate: 'The form could not be opened in time. Please try again.',
    unknownCommand: (typed: string, nearest: string | undefined) =>
      `There is no “/easel ${typed}”.${nearest === undefined ? '' : ` Did you mean “/easel ${nearest}”?`}`,
    commands:
      '/easel goes with queue, show ID, settings, usage, models, help, forget me, and stats for admins.',
    inThreads: 'In a thread, mention me with the same words: there Slack has no commands.',
    showWhat: 'Which picture? Give its id: /easel show and the id from Info.',
    shown: 'Here it is.',
    pictureGone: 'That picture could not be fetched from Slack. Please try again.',
    sentToYou: 'Sent to you in a direct message.',
    picturesAbove: 'The pictures are in the message above.',
    mention: 'Mention me with what to paint; in a thread that works where /imagine does not.',
    invite: 'I am not in that channel yet. Type /invite @easel in it, then ask again.',
    archived: 'This channel is archived, so I cannot answer there. Ask me in another one.',
    revoked: 'I was removed from this workspace, so I cannot answer. Once an admin installs me again, I can.',
    movedHere: 'I can no longer write where you asked for this, so here it is.',
    picturesRefused: (reason: string, id: string) =>
      `Slack did not take the pictures (${reason}). They are kept: /easel show ${id} brings them later.`,
    elsewhere: 'I cannot write in this conversation. Ask me in a channel I am in, or in a direct message.',
  },
  /** What a browser shows where installing Easel came to nothing. */
  install: {
    cancelled:
      'Easel was not added, because the installation was cancelled. It can be begun again at any time.',
    stale: 'This page is out of date, or belongs to another browser. Please begin the installation again.',
    failed:
      'Slack did not let Easel be added. Please begin again; if it happens twice, ask whoever runs Easel.',
  },
  home: {
    title: 'Your pictures',
    running: 'On their way',
    none: 'Nothing of yours is waiting.',
    stats: 'Everybody’s figures',
    more: (n: number) => `… and ${n} more`,
  },
}
