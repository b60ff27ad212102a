/** Removes secrets from texts that others will read: log lines and the output of commands. */

/** Patterns of tokens, for foreign tokens and for error texts of libraries. */
const tokenPatterns = [
  // Slack: https://docs.slack.dev/authentication/tokens
  /\bx(?:ox[a-z]|app)-[\w-]{8,}/g,
  // Discord: user id, time and signature in base64url.
  /\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g,
  /\b(?:Bot|Bearer)\s+[\w.~+/=-]{16,}/g,
]

/** The minimum length of a secret. A shorter value is a mistake in the environment, and replacing it would garble every line. */
const minSecretCharacters = 6

/** A function that replaces the given secrets, plain or JSON-escaped, and anything that looks like a token. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const values = secrets
    .filter(secret => secret.length >= minSecretCharacters)
    .flatMap(secret => [secret, JSON.stringify(secret).slice(1, -1)])
    // Longest first: a secret that contains another one must be replaced as a whole.
    .sort((a, b) => b.length - a.length)
  return text => {
    let clean = text
    for (const value of values) clean = clean.replaceAll(value, '[secret]')
    for (const pattern of tokenPatterns) clean = clean.replace(pattern, '[secret]')
    return clean
  }
}
