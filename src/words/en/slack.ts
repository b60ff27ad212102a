/** English: the texts of Slack alone. */
export const slack = {
  /** For the operator, at start and in doctor. */
  operator: {
    known: (bot: string, team: string) => `SLACK_BOT_TOKEN is that of @${bot} in ${team}`,
    severalWorkspaces: 'workspaces install it at /slack/install',
    socketMode: 'SLACK_APP_TOKEN opens Socket Mode',
    scopesGranted: 'all scopes are granted',
    scopesMissing: (scopes: readonly string[]) =>
      `scopes are missing (${scopes.join(', ')}): update the app from config/slack-manifest.yaml and install it again`,
    twoApps: 'SLACK_BOT_TOKEN and SLACK_APP_TOKEN belong to two apps: take both from the same one',
    refused: (variable: string, code: string) => `Slack refuses ${variable}: ${code}`,
    unreachable: (code: string) => `Slack does not answer (${code})`,
  },
  form: {
    title: 'Paint a picture',
    submit: 'Paint',
    close: 'Close',
  },
  replies: {
    accepted: 'Accepted. This channel is busy, so the message comes a little later.',
    undeletable: (n: number) =>
      `${n === 1 ? '1 reply that only its reader sees stays' : `${n} replies that only their readers see stay`} until Slack is reloaded: Slack does not let me delete such replies.`,
    formLate: 'The form could not be opened in time. Please try again.',
    inThreads: 'In a thread, mention me with the same text: Slack has no commands there.',
    shown: 'Here it is.',
    typedPart: (part: number, of: number) => `What you typed, part ${part} of ${of}:`,
    sentToYou: 'Sent to you in a direct message.',
    picturesAbove: 'The pictures are in the message above.',
    formBySlash: (name: string) => `Type /easel ${name}: only a command can open the form.`,
    noPictureSent: 'That file is not a picture. Send a PNG, JPEG or WebP, or only text.',
    picturesLeftOut: 'Your message has more pictures than this needs: the last ones were left out.',
    sentDirect: 'The result was sent to the person who asked as a direct message.',
    undelivered: 'The result could not be shown here; the person who asked can see it with /easel show.',
    wordless: 'Shown without its text, which Slack refused here.',
    mention: 'Mention me with what to paint; in a thread that works where /imagine does not.',
    invite: 'I am not in that channel yet. Type /invite @easel in it, then ask again.',
    archived: 'This channel is archived, so I cannot answer there. Ask me in another one.',
    revoked: 'I was removed from this workspace, so I cannot answer. Once an admin installs me again, I can.',
    scopeMissing:
      'I lack a permission in this workspace, so I cannot answer. Once an admin has installed me again with all permissions, I can.',
    withoutScope: (id: string) =>
      `I lack a permission in this workspace, so this cannot be shown as it should be. Once an admin has installed me again with all permissions, /easel show ${id} shows it.`,
    movedHere: 'I cannot write where you asked, so here it is.',
    deletedElsewhere: 'The message that this belongs to is gone, so here it is.',
    fileGone: 'A file of it was deleted where you asked, so here it is.',
    fileRefusals: {
      'not-in-blocks': 'not accepted in messages',
      'not-processed': 'not processed in time',
      'not-visible': 'not visible in time',
      upload_refused: 'the host for files does not accept them',
    },
    picturesRefused: (reason: string, id: string) =>
      `Slack refused the pictures (${reason}). They are kept: /easel show ${id} shows them later.`,
    elsewhere: 'I cannot write in this conversation. Ask me in a channel I am in, or in a direct message.',
  },
  /** The page that a browser shows if the installation of Easel failed. */
  install: {
    cancelled:
      'Easel was not added, because the installation was cancelled. It can be begun again at any time.',
    stale: 'This page is out of date, or belongs to another browser. Please begin the installation again.',
    failed:
      'Slack did not let Easel be added. Please begin again; if it happens twice, ask whoever runs Easel.',
  },
  home: {
    title: 'Your pictures',
    running: 'In progress',
    none: 'Nothing of yours is waiting.',
    stats: 'Workspace usage',
    more: (n: number) => `… and ${n} more`,
  },
}
