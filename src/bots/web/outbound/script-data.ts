/** The sentences and limits that the page carries for its script. */
import { maxPictureBytes } from '../../../common/bounds.ts'
import type { Words } from '../../../words/en.ts'
import { maxPicturesBytes } from '../inbound/uploads.ts'
import { type ScriptSentence, scriptSentences } from '../protocol.ts'

/** The sentences and limits of the page's script, as data attributes. */
export function scriptData({ announce, refused }: Words['web']): Record<string, string> {
  const sentences: Record<ScriptSentence, string> = {
    done: announce.done('%'),
    offline: announce.offline,
    notSent: announce.notSent,
    answered: refused.answered('%'),
    large: refused.large(maxPicturesBytes / 1_000_000),
    largeFile: refused.large(maxPictureBytes / 1_000_000),
    largeForProxy: refused.largeForProxy,
    fileGone: refused.fileGone('%'),
    notPicture: refused.notPicture,
    onePicture: refused.onePicture('%'),
  }
  const attribute = (name: string) => `data-${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
  return {
    ...Object.fromEntries(scriptSentences.map(name => [attribute(name), sentences[name]])),
    'data-max-bytes': String(maxPicturesBytes),
    'data-max-file-bytes': String(maxPictureBytes),
  }
}
