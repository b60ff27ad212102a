/** The composer's section of pictures to follow: for a ControlNet, and as a prompt. Pure JSX. */
import type { Words } from '../../../words/en.ts'

/** The choices of the section: the names of ControlNets and of IP-Adapters. */
export interface Guides {
  controlNets: readonly string[]
  ipAdapters: readonly string[]
}

export const pictureTypes = 'image/png,image/jpeg,image/webp'

/** Renders nothing without ControlNets and IP-Adapters. */
export function GuideFields({ guides, words }: { guides: Guides; words: Words }) {
  const { controlNets, ipAdapters } = guides
  const { form, pictures } = words.chat
  if (controlNets.length + ipAdapters.length === 0) return null
  return (
    <details class="guides">
      <summary>{words.web.composer.guides}</summary>
      {controlNets.length > 0 && (
        <>
          <label>
            <span>{form.control}</span>
            <select name="control">
              <option value="">{form.none}</option>
              {controlNets.map(name => (
                <option value={name}>{name}</option>
              ))}
            </select>
          </label>
          <label>
            <span>{pictures.controlPicture}</span>
            <input type="file" name="controlPicture" id="controlPicture" accept={pictureTypes} />
          </label>
        </>
      )}
      {ipAdapters.length > 0 && (
        <>
          <label>
            <span>{pictures.promptPicture}</span>
            <input type="file" name="promptPicture" id="promptPicture" accept={pictureTypes} />
          </label>
          <label>
            <span>{form.imagePrompt}</span>
            <input type="number" name="image-prompt" min="0" max="2" step="0.05" value="0.6" />
          </label>
        </>
      )}
    </details>
  )
}
