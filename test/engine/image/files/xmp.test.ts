import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { aiMadeXmp, saysAiMade, textsOfXmp } from '../../../../src/engine/image/files/xmp.ts'

describe('the XMP packet', () => {
  test('gives the parameters back to a reader of XMP alone, beside the marking', () => {
    const text = 'a <red> circle & "blue" ]]> 中文 🎨\nSteps: 4, Sampler: Euler, Seed: 7'
    const packet = aiMadeXmp(text)
    expect(saysAiMade(packet)).toBe(true)
    expect(textsOfXmp(packet)).toEqual([text])
    expect(textsOfXmp(aiMadeXmp(undefined))).toEqual([])
  })

  test('is well-formed XML for any prompt', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (binary, plain) => {
        const packet = aiMadeXmp(`${binary}\u0000\u001b\ud83d${plain}\ufffe]]>`)
        const [, text = ''] = /<rdf:li [^>]*>([^<]*)<\/rdf:li>/.exec(packet) ?? []
        expect(text).not.toMatch(/[^\P{Cc}\t\n\r]|\p{Surrogate}|\p{Noncharacter_Code_Point}|[<>]/u)
        expect(text.replace(/&(?:amp|lt|gt);/g, '')).not.toContain('&')
        expect(saysAiMade(packet)).toBe(true)
      }),
    )
  })

  test('fits into one segment of a JPEG', () => {
    expect(Buffer.byteLength(aiMadeXmp('&'.repeat(7_000)))).toBeLessThan(65_000)
    expect(Buffer.byteLength(aiMadeXmp('中'.repeat(1_000_000)))).toBeLessThan(1_000)
  })
})
