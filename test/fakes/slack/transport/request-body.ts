/** What a request to the fake Slack carries: its bytes, its token, its arguments. */
import type { IncomingMessage } from 'node:http'

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

export function bearerOf(request: IncomingMessage): string | undefined {
  return request.headers.authorization?.match(/^Bearer (.+)$/)?.[1]
}

export async function formOf(request: IncomingMessage, body: Buffer): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? ''
  if (type.includes('json')) return { ...JSON.parse(body.toString() || '{}') }
  if (type.includes('multipart')) {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
    return Object.fromEntries(form.entries())
  }
  return Object.fromEntries(new URLSearchParams(body.toString()))
}
