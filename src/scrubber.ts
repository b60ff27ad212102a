/** Takes secrets out of texts that others will read: log lines, and what a command says. */

/** What tokens look like, for those that are not ours and for pieces of errors of others' libraries. */
const tokenPatterns = [
  // Slack: https://docs.slack.dev/authentication/tokens
  /\bx(?:ox[a-z]|app)-[\w-]{8,}/g,
  // Discord: user id, time and signature in base64url.
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  /\b(?:Bot|Bearer)\s+[\w.~+/=-]{16,}/g,
]

/** A shorter "secret" is a slip in the environment; replacing it would tear up every line. */
const shortestSecret = 6

/** A function that replaces the given secrets, as they are and as JSON writes them, and whatever looks like a token. */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const values = secrets
    .filter(secret => secret.length >= shortestSecret)
    .flatMap(secret => [secret, JSON.stringify(secret).slice(1, -1)])
    // Longest first, so that a secret that contains another leaves no rest.
    .sort((a, b) => b.length - a.length)
  return text => {
    let clean = text
    for (const value of values) clean = clean.replaceAll(value, '[secret]')
    for (const pattern of tokenPatterns) clean = clean.replace(pattern, '[secret]')
    return clean
  }
}
