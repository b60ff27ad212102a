/** Renders the pictures of a message: thumbnails that open the originals, each with a download of its original. Pure JSX. */
import { thumbnailSidesPx } from '../../../app/views/thumbnails.ts'
import type { PictureView } from '../../../app/views/views.ts'
import type { Words } from '../../../words/en.ts'
import type { MessagePicture } from '../../messages/message.ts'

/** A picture up to this width leaves room for its parameters and buttons beside it. */
const smallPx = 320

/** The widths at which the style sheet shows a lone picture and one of a set; browsers choose a thumbnail by them. */
const shownWidths = {
  lone: '(max-width: 36rem) calc(100vw - 4rem), 44rem',
  ofSet: '(max-width: 36rem) calc(50vw - 2rem), 17rem',
}

export function Pictures({ pictures, words }: { pictures: readonly MessagePicture[]; words: Words }) {
  const [first] = pictures
  if (!first) return null
  const isSet = pictures.length > 1
  const isSmall = !isSet && first.picture.widthPx <= smallPx
  const { result } = words.web
  return (
    <div class={`pictures of-${pictures.length}${isSmall ? ' small' : ''}`}>
      {pictures.map(({ picture, altText }) => (
        <div>
          <a class="view" href={urlOf(picture)} target="_blank" rel="noopener" title={result.open}>
            <Thumbnail
              picture={picture}
              altText={altText}
              shownWidth={shownWidths[isSet ? 'ofSet' : 'lone']}
            />
            {isSet && (
              <span class="number" aria-hidden="true">
                {picture.index + 1}
              </span>
            )}
          </a>
          <a class="download" href={urlOf(picture)} download="" title={result.original}>
            {isSet ? result.downloadNumber(picture.index + 1) : result.download}
          </a>
        </div>
      ))}
    </div>
  )
}

/**
 * Thumbnails are loaded when they come near the view: a page has up to 200 jobs. An <img> has its size only when it is loaded,
 * where the style sheet bounds both of its sides; a <canvas> has it at once, so the picture lies on one and nothing moves.
 */
function Thumbnail(props: { picture: PictureView; altText: string; shownWidth: string }) {
  const { picture, altText, shownWidth } = props
  const { widthPx, heightPx } = picture
  return (
    <>
      <canvas width={widthPx} height={heightPx} />
      <img
        {...sourcesOf(picture, shownWidth)}
        width={widthPx}
        height={heightPx}
        alt={altText}
        loading="lazy"
        decoding="async"
      />
    </>
  )
}

/** A larger thumbnail is named only where the picture has more pixels than the one before. */
function sourcesOf(picture: PictureView, shownWidth: string) {
  const { widthPx, heightPx } = picture
  const longSidePx = Math.max(widthPx, heightPx)
  const [smallest] = thumbnailSidesPx
  const url = (sidePx: number) => `${urlOf(picture)}/thumbnail?side=${sidePx}`
  if (longSidePx <= smallest) return { src: url(smallest) }
  const widthAt = (sidePx: number) => Math.round(widthPx * Math.min(1, sidePx / longSidePx))
  const srcset = thumbnailSidesPx.map(sidePx => `${url(sidePx)} ${widthAt(sidePx)}w`).join(', ')
  return { src: url(smallest), srcset, sizes: shownWidth }
}

/** Relative, like all URLs of the pages. */
function urlOf({ id }: PictureView): string {
  return `./pictures/${id}`
}
