/** XMP: the mark of an AI-made picture, and the texts of other programs. */

/** IPTC's NewsCode for media made by a model; C2PA, search engines and galleries read it. */
const aiMade = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'

/** The limit for parameters in XMP, because a packet must fit into one JPEG segment. Longer ones are in EXIF or comments only. */
const longestText = 40_000

/** The packet, with the parameters if there are any. The same input gives the same bytes. */
export function aiMadeXmp(parameters: string | undefined): string {
  const text = parameters === undefined ? '' : escapeXml(parameters)
  const isWritten = text !== '' && Buffer.byteLength(text) <= longestText
  return [
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>',
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">',
    '<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"',
    ' xmlns:dc="http://purl.org/dc/elements/1.1/"',
    ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">',
    '<xmp:CreatorTool>Easel</xmp:CreatorTool>',
    `<Iptc4xmpExt:DigitalSourceType>${aiMade}</Iptc4xmpExt:DigitalSourceType>`,
    isWritten
      ? `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${text}</rdf:li></rdf:Alt></dc:description>`
      : '',
    '</rdf:Description></rdf:RDF></x:xmpmeta>',
    '<?xpacket end="r"?>',
  ].join('')
}

/** The search stops at the next field of that name, so that many of them do not cost more than one. */
const aiMadeField = /DigitalSourceType\b(?:(?!DigitalSourceType\b).){0,200}?trainedAlgorithmicMedia/is

/** Whether the packet marks the picture as made by a model, wholly or in part, in an element or an attribute. */
export function saysAiMade(xmp: string): boolean {
  return aiMadeField.test(xmp)
}

/** The fields in which programs without A1111's UserComment keep parameters, best first. */
const textElements = ['exif:UserComment', 'dc:description', 'parameters']

/** The maximum number of characters of all these fields, with markup. Programs write a few thousand. */
const maxFieldCharacters = 200_000

/** The packet's texts that may be parameters. */
export function textsOfXmp(xmp: string): string[] {
  let leftCharacters = maxFieldCharacters
  return textElements.flatMap(name => {
    const from = xmp.indexOf(`<${name}`)
    const to = from < 0 ? -1 : xmp.indexOf(`</${name}>`, from)
    if (to < 0 || to - from > leftCharacters) return []
    leftCharacters -= to - from
    // <dc:description><rdf:Alt><rdf:li xml:lang="x-default">text</rdf:li></rdf:Alt></dc:description>
    const text = xmp
      .slice(from, to)
      .replace(/<[^>]*>?/g, '')
      .trim()
    return text === '' ? [] : [unescapeXml(text)]
  })
}

/** Removes what XML cannot contain: control characters, unpaired surrogates and noncharacters. */
function escapeXml(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n\r]|\p{Surrogate}|\p{Noncharacter_Code_Point}/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
}

const entities: Record<string, string> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' }

function unescapeXml(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
