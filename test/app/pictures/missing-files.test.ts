/** Files of pictures that were lost from the disk, such as by a copy of the database without its pictures. */
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { buildTestEasel, type TestEasel } from '../../helpers/build-test-easel.ts'

let t: TestEasel
beforeEach(async () => {
  t = await buildTestEasel()
})
afterEach(() => t.dispose())

test.each(['refine', 'vary-subtle', 'upscale'] as const)(
  '%s of a picture without its file says that, not that somebody deleted it; the log names the file',
  async kind => {
    const [picture] = (await t.paint('a red circle')).pictures
    const pictureId = picture?.id ?? ''
    const { folder } = t.built.db.files
    const [file = ''] = readdirSync(folder)
    rmSync(join(folder, file))
    const action = kind === 'upscale' ? { kind, pictureId, factor: 2 as const } : { kind, pictureId }
    const outcome = await t.easel.act(action, t.caller())
    await t.settled()
    const [job] = outcome.kind === 'accepted' ? outcome.jobs : []
    const failure = t.find(job?.id ?? '')?.failure
    expect(failure).toEqual({ code: 'source-file-missing', details: { file } })
    expect(t.log.faults.at(-1)?.fields).toMatchObject({ error: expect.stringContaining(file) })
  },
)
