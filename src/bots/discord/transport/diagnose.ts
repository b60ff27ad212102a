/** Doctor's check of Discord: the token, and the invite links. */
import { DiscordAPIError, HTTPError, OAuth2Scopes, PermissionFlagsBits, REST, Routes } from 'discord.js'
import { z } from 'zod'
import type { Config } from '../../../config/config.ts'
import { errorCode } from '../../../errors/error-code.ts'
import type { Words } from '../../../words/en.ts'
import type { Finding } from '../../adapter.ts'
import { usedPermissions } from '../outbound/permissions.ts'

export type Diagnosis =
  | { kind: 'known'; name: string; inviteUrl: string; inviteForOneselfUrl: string }
  | { kind: 'wrong-token' }
  /** Easel is not a member of the configured trial guild. */
  | { kind: 'not-in-guild'; name: string; inviteUrl: string }
  /** `code`: of the system or of HTTP. */
  | { kind: 'unreachable'; code: string }

const timeoutMs = 5000
const unauthorized = 401

/** All permissions that Easel uses; a reply to a message needs Read Message History. */
export const invitePermissions: bigint = [
  ...Object.values(usedPermissions),
  PermissionFlagsBits.ReadMessageHistory,
].reduce((all, one) => all | one, 0n)

const application = z.object({ id: z.string(), name: z.string() })

/** Queries Discord. Never throws. */
export async function diagnose(token: string, { discord }: Pick<Config, 'discord'>): Promise<Diagnosis> {
  const { apiUrl, guildId } = discord
  const rest = new REST({ api: apiUrl, timeout: timeoutMs, retries: 0 }).setToken(token)
  try {
    const { id, name } = application.parse(await rest.get(Routes.currentApplication()))
    const inviteUrl = inviteLink(id)
    if (guildId !== '' && !(await isIn(rest, id, guildId))) return { kind: 'not-in-guild', name, inviteUrl }
    return { kind: 'known', name, inviteUrl, inviteForOneselfUrl: inviteForOneselfLink(id) }
  } catch (error) {
    if (error instanceof DiscordAPIError && error.status === unauthorized) return { kind: 'wrong-token' }
    return { kind: 'unreachable', code: codeOf(error) }
  }
}

/** The diagnosis as lines of doctor. */
export async function findings(token: string, config: Config, words: Words): Promise<Finding[]> {
  const { operator } = words.discord
  const { guildId } = config.discord
  const diagnosis = await diagnose(token, config)
  const line = (state: Finding['state'], detail: string): Finding => ({ state, detail })
  switch (diagnosis.kind) {
    case 'wrong-token':
      return [line('wrong', operator.wrongToken)]
    case 'unreachable':
      return [line('wrong', operator.unreachable(diagnosis.code))]
    case 'not-in-guild':
      return [line('wrong', operator.notInGuild(guildId)), line('off', operator.invite(diagnosis.inviteUrl))]
    case 'known':
      return [
        line('fine', operator.known(diagnosis.name)),
        line('fine', guildId === '' ? operator.everywhere : operator.trial(guildId)),
        line('fine', operator.invite(diagnosis.inviteUrl)),
        line('fine', operator.inviteForOneself(diagnosis.inviteForOneselfUrl)),
      ]
  }
}

/** The link for a server, with the least permissions for all features. */
export function inviteLink(applicationId: string): string {
  return authorizeUrl(applicationId, {
    scope: [OAuth2Scopes.Bot, OAuth2Scopes.ApplicationsCommands].join(' '),
    permissions: invitePermissions.toString(),
  })
}

/** The link for a user install. */
export function inviteForOneselfLink(applicationId: string): string {
  return authorizeUrl(applicationId, { scope: OAuth2Scopes.ApplicationsCommands, integration_type: '1' })
}

function authorizeUrl(applicationId: string, parameters: Record<string, string>): string {
  const query = new URLSearchParams({ client_id: applicationId, ...parameters })
  return `https://discord.com/oauth2/authorize?${query}`
}

/** Whether the app is installed in the guild: only there may its commands be listed. */
async function isIn(rest: REST, applicationId: string, guildId: string): Promise<boolean> {
  try {
    await rest.get(Routes.applicationGuildCommands(applicationId, guildId))
    return true
  } catch (error) {
    if (error instanceof DiscordAPIError) return false
    throw error
  }
}

function codeOf(error: unknown): string {
  return error instanceof HTTPError ? `HTTP ${error.status}` : errorCode(error)
}
