/** The routes of pictures and their thumbnails. The access rule decides on each use, so a deleted picture is gone at once. */
import { type Context, Hono } from 'hono'
import type { Viewer } from '../../../app/access/access-rules.ts'
import type { Easel } from '../../../app/easel.ts'
import { thumbnailSidesPx } from '../../../app/views/thumbnails.ts'
import type { PictureView } from '../../../app/views/views.ts'
import { pictureFileName, previewFileName } from '../../messages/file-name.ts'

/** One form of a picture: the file itself, or a thumbnail. */
interface Form {
  readonly tag: string
  readonly mediaType: string
  readonly fileName: string
  load(): Promise<ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | undefined>
}

export function pictureRoutes(easel: Easel, viewerOf: (c: Context) => Viewer): Hono {
  return new Hono()
    .get('/:id', c => {
      const viewer = viewerOf(c)
      return serve(c, easel.picture(c.req.param('id'), viewer)?.picture, picture => ({
        tag: `"${picture.hash}"`,
        mediaType: picture.mediaType,
        fileName: pictureFileName(picture),
        // The picture is streamed, so that a slow reader does not keep all of it in memory.
        load: () => easel.pictureStream(picture.id, viewer),
      }))
    })
    .get('/:id/thumbnail', c => {
      const viewer = viewerOf(c)
      const sidePx = thumbnailSidesPx.find(side => String(side) === c.req.query('side'))
      if (sidePx === undefined) return c.notFound()
      return serve(c, easel.picture(c.req.param('id'), viewer)?.picture, picture => ({
        tag: `"${picture.hash}-${sidePx}"`,
        mediaType: 'image/webp',
        fileName: previewFileName(picture),
        async load() {
          const thumbnail = await easel.thumbnail(picture.id, sidePx, viewer)
          return thumbnail && Uint8Array.from(thumbnail)
        },
      }))
    })
}

/** Serves a picture with a file name for saving. A browser may cache it, and must revalidate it before each use. */
async function serve(
  c: Context,
  picture: PictureView | undefined,
  formOf: (picture: PictureView) => Form,
): Promise<Response> {
  if (!picture) return c.notFound()
  const form = formOf(picture)
  const caching = { ETag: form.tag, 'Cache-Control': 'private, no-cache' }
  if (c.req.header('if-none-match') === form.tag) return c.body(null, 304, caching)
  const body = await form.load()
  if (!body) return c.notFound()
  return c.body(body, 200, {
    ...caching,
    'Content-Type': form.mediaType,
    'Content-Disposition': `inline; filename="${form.fileName}"`,
  })
}
