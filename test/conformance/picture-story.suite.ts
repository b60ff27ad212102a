/**
 * What the real model, the whole program and a chat platform promise together. A platform's end-to-end test supplies a driver
 * that acts as two people, and calls `describePictureStory`.
 */
import { describe, expect, it } from 'vitest'
import { pixelsOf } from '../helpers/models/demo-painter.ts'
import { backgroundColour, objectColour } from '../helpers/models/picture-judges.ts'

export type Actor = 'ada' | 'bob'

/** `Result` is the platform's message with the pictures of a finished job. */
export interface StoryDriver<Result> {
  /** Ada types `/imagine` and the text. Resolves with the one result. */
  paints(text: string): Promise<Result>
  /** Presses a button that makes a new result, and resolves with it. */
  presses(actor: Actor, result: Result, label: string): Promise<Result>
  /** Ada presses Remix, replaces the prompt in the form, and sends it. */
  remixes(result: Result, prompt: string): Promise<Result>
  /** Bob presses Info. Resolves with the private reply. */
  info(result: Result): Promise<string>
  /** The same by the buttons of one picture of a set, which More opens. */
  infoOfFirst(result: Result): Promise<string>
  /** Ada deletes the result. Resolves when it is gone. */
  deletes(result: Result): Promise<void>
  /** The files of the result's pictures. */
  filesOf(result: Result): Uint8Array[]
  /** The text that shows the request of a result: the name of the thread, or the card. */
  requestOf(result: Result): string
  /** How many results are visible below the card of this one. */
  countBeside(result: Result): number
  /** Whether the message of `child` shows the parent that it was made from, whose prompt is given. */
  leadsTo(child: Result, parent: Result, prompt: string): boolean
  /** Ends the program and starts it again over the same data folder. */
  restart(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

export function describePictureStory<Result>(name: string, driver: StoryDriver<Result>): void {
  function fileOf(result: Result): Uint8Array {
    const [file] = driver.filesOf(result)
    if (file === undefined) throw new Error('no picture in that message')
    return file
  }

  const pixels = (result: Result) => pixelsOf(fileOf(result))

  describe(name, () => {
    it('paints, and goes on from the picture by every button, with a restart or a kill before each', async () => {
      const result = await driver.paints('a red circle on a blue background --seed 7')
      expect(driver.requestOf(result)).toContain('a red circle on a blue background')
      const painted = await pixels(result)
      expect([painted.widthPx, painted.heightPx]).toEqual([128, 128])
      expect(objectColour(painted, 'circle')).toBe('red')
      expect(backgroundColour(painted)).toBe('blue')

      let last = result
      for (const [label, signal] of [
        ['Refine', 'SIGTERM'],
        ['Vary (subtle)', 'SIGKILL'],
        ['Vary (strong)', 'SIGTERM'],
      ] as const) {
        await driver.restart(signal)
        last = await driver.presses('bob', last, label)
        expect(objectColour(await pixels(last), 'circle'), label).toBe('red')
      }
      await driver.restart('SIGKILL')
      const upscaled = await driver.presses('bob', last, 'Upscale ×2')
      expect((await pixels(upscaled)).widthPx).toBe(256)

      await driver.restart('SIGTERM')
      const again = await driver.presses('ada', result, 'Re-roll')
      expect(objectColour(await pixels(again), 'circle')).toBe('red')
      expect(fileOf(again)).not.toEqual(fileOf(result))

      await driver.restart('SIGKILL')
      const remixed = await driver.remixes(again, 'a green circle on a white background')
      expect(objectColour(await pixels(remixed), 'circle')).toBe('green')

      await driver.restart('SIGTERM')
      expect(await driver.info(result)).toContain('Seed: 7')
      await driver.deletes(result)
      expect(driver.countBeside(remixed)).toBe(6)
    })

    it('paints a set of four, each with its own buttons, and the same again by its command', async () => {
      const result = await driver.paints('a yellow star on a purple background --seed 11 --n 4')
      const set = driver.filesOf(result)
      expect(set).toHaveLength(4)
      for (const file of set) expect(objectColour(await pixelsOf(file), 'star')).toBe('yellow')

      const third = await driver.presses('bob', result, 'Upscale 3')
      expect((await pixels(third)).widthPx).toBe(256)
      expect(driver.leadsTo(third, result, 'a yellow star on a purple background')).toBe(true)

      const info = await driver.infoOfFirst(result)
      // The command gives this picture alone: the set is four of them.
      const [, command = ''] = /\/imagine ([^\n`]+)/.exec(info.replace('--n 1 ', '--n 4 ')) ?? []
      const repeated = await driver.paints(command)
      expect(driver.filesOf(repeated).map(base64)).toEqual(set.map(base64))
    })
  })
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
