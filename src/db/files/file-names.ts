/** The names of the files in the pictures folder, and what they say. */

/** A painted picture. The id of the picture makes the name unique, and the id of the job tells whose it is. */
export function paintedFile(jobId: string, index: number, pictureId: string, extension: string): string {
  return `${jobId}-${index}-${pictureId}.${extension}`
}

/** The job that painted the file; undefined for every other file. */
export function jobOfPainted(name: string): string | undefined {
  return /^([0-9a-z]{16})-\d+-[0-9a-z]{16}\./.exec(name)?.[1]
}

export function temporaryFile(name: string, id: string): string {
  return `${name}.${id}.tmp`
}

/** The final name of a temporary file; any other file's own name. */
export function nameWhenWhole(name: string): string {
  return name.replace(/\.[0-9a-z]{16}\.tmp$/, '')
}

export function extensionOf(mediaType: string): string {
  return mediaType === 'image/jpeg' ? 'jpg' : mediaType.replace('image/', '')
}
