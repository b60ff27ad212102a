/** views.*: modals and home tabs of the fake Slack (docs.slack.dev/reference/methods/views.update). */
import { z } from 'zod'
import { json } from '../api/arguments.ts'
import { type MethodContext, method } from '../api/method.ts'
import { Refusal } from '../api/refusal.ts'
import { checkView, type FakeViewContent } from '../blocks/block-kit.ts'
import type { OpenView } from '../world.ts'

function content(value: unknown, type: 'modal' | 'home'): FakeViewContent {
  const checked = checkView(value)
  if (checked.kind === 'bad') throw new Refusal('invalid_arguments', checked.messages)
  if (checked.value.type !== type) throw new Refusal('invalid_arguments', [`[ERROR] expected a ${type}`])
  return checked.value
}

/** A view as payloads and answers carry it. */
export function viewJson(view: OpenView) {
  return {
    id: view.id,
    team_id: view.teamId,
    app_installed_team_id: view.teamId,
    hash: view.hash,
    root_view_id: view.id,
    previous_view_id: null,
    bot_id: 'B00000001',
    app_id: 'A00000001',
    state: { values: {} },
    ...view.content,
    private_metadata: view.content.private_metadata ?? '',
    callback_id: view.content.callback_id ?? '',
  }
}

/** Puts new content into an open view, as chat clients see it: the hash changes. */
export function replaceContent(view: OpenView, next: FakeViewContent, hash: string): void {
  view.content = next
  view.hash = hash
}

function openedBy(userId: string, modal: FakeViewContent, context: MethodContext): OpenView {
  const { world, team } = context
  const view: OpenView = {
    id: world.id('V'),
    hash: world.id('H'),
    teamId: team.id,
    userId,
    content: modal,
    closed: false,
  }
  world.views.set(view.id, view)
  return view
}

export const viewMethods = {
  'views.open': method(
    {
      tier: 4,
      scopes: [],
      args: z.strictObject({ trigger_id: z.string(), view: json(z.unknown()) }),
    },
    (args, context) => {
      const modal = content(args.view, 'modal')
      const member = context.useTrigger(args.trigger_id)
      return { view: viewJson(openedBy(member.id, modal, context)) }
    },
  ),

  'views.push': method(
    { tier: 4, scopes: [], args: z.strictObject({ trigger_id: z.string(), view: json(z.unknown()) }) },
    (args, context) => {
      const modal = content(args.view, 'modal')
      const member = context.useTrigger(args.trigger_id)
      return { view: viewJson(openedBy(member.id, modal, context)) }
    },
  ),

  'views.update': method(
    {
      tier: 4,
      scopes: [],
      args: z.strictObject({
        view_id: z.string().optional(),
        external_id: z.string().optional(),
        hash: z.string().optional(),
        view: json(z.unknown()),
      }),
    },
    (args, context) => {
      const modal = content(args.view, 'modal')
      const view = context.world.views.get(args.view_id ?? '')
      if (view === undefined || view.closed) throw new Refusal('not_found')
      if (args.hash !== undefined && args.hash !== view.hash) throw new Refusal('hash_conflict')
      replaceContent(view, modal, context.world.id('H'))
      return { view: viewJson(view) }
    },
  ),

  'views.publish': method(
    {
      tier: 4,
      scopes: [],
      args: z.strictObject({ user_id: z.string(), view: json(z.unknown()), hash: z.string().optional() }),
    },
    (args, context) => {
      const home = content(args.view, 'home')
      const { world, team } = context
      if (world.members.get(args.user_id)?.teamId !== team.id)
        throw new Refusal('invalid_arguments', ['[ERROR] no such user'])
      const known = world.homes.get(args.user_id)
      if (args.hash !== undefined && known !== undefined && args.hash !== known.hash)
        throw new Refusal('hash_conflict')
      const view: OpenView = known ?? {
        id: world.id('V'),
        hash: '',
        teamId: team.id,
        userId: args.user_id,
        content: home,
        closed: false,
      }
      replaceContent(view, home, world.id('H'))
      world.homes.set(args.user_id, view)
      return { view: viewJson(view) }
    },
  ),
}
