/** Writes and reads the names of the files in the pictures folder. */
import { createHash } from 'node:crypto'

/** The name of a painted picture. The picture's id makes it unique, and the job's id identifies its owner. */
export function paintedFile(jobId: string, index: number, pictureId: string, extension: string): string {
  return `${jobId}-${index}-${pictureId}.${extension}`
}

/** The job that painted the file; undefined for every other file. */
export function jobOfPainted(name: string): string | undefined {
  return /^([0-9a-z]{16})-\d+-[0-9a-z]{16}\./.exec(name)?.[1]
}

/** The name of a picture that a person gave. */
export function givenFile(account: string, pictureId: string, extension: string): string {
  return `given-${accountKey(account)}-${pictureId}.${extension}`
}

/** The name of a picture of a pending question. */
export function pendingFile(account: string, id: string): string {
  return `pending-${accountKey(account)}-${id}`
}

/** The id of a picture that a person gave; undefined for every other file. */
export function pictureOfGiven(name: string): string | undefined {
  return /^given-[0-9a-f]{16}-([0-9a-z]{16})\./.exec(name)?.[1]
}

/** Whether the person of this account gave the file. */
export function isGivenBy(account: string, name: string): boolean {
  return /^(?:given|pending)-([0-9a-f]{16})-/.exec(name)?.[1] === accountKey(account)
}

/** The first 64 bits of the account's SHA-256: they identify the owner of a file without a row, but do not reveal the account. */
function accountKey(account: string): string {
  return createHash('sha256').update(account).digest('hex').slice(0, 16)
}

export function temporaryFile(name: string, id: string): string {
  return `${name}.${id}.tmp`
}

/** The final name of a temporary file; any other file's own name. */
export function finalName(name: string): string {
  return name.replace(/\.[0-9a-z]{16}\.tmp$/, '')
}

export function extensionOf(mediaType: string): string {
  return mediaType === 'image/jpeg' ? 'jpg' : mediaType.replace('image/', '')
}
