/** Recognises other formats that people save or rename as .safetensors by mistake, by their first bytes. */
import type { ForeignFormat } from '../../errors/model-problem.ts'

/** First bytes, in hexadecimal. */
const beginnings: readonly { readonly format: ForeignFormat; readonly bytes: RegExp }[] = [
  // PROTO, and a protocol from 2 to 5.
  { format: 'pickle', bytes: /^800[2-5]/ },
  { format: 'gguf', bytes: /^47475546/ },
  // 7z, Rar, gzip, xz
  { format: 'archive', bytes: /^(?:377abcaf|52617221|1f8b|fd377a58)/ },
  // ONNX: the field of the IR version, then the producer's name, the opset or the graph.
  { format: 'onnx', bytes: /^08[01].(?:12|3a|42)/ },
]

/** The format of a file, if it is not safetensors. `start`: its first 64 bytes, or fewer if it is shorter. */
export function foreignFormat(start: Buffer): ForeignFormat | undefined {
  const text = start.toString('latin1').replace(/^\xef\xbb\xbf/, '')
  if (text.startsWith('version https://git-lfs')) return 'lfs-pointer'
  // HTML: the login page of a site, saved under the file's name.
  if (/^\s*<(?:!--|(?:!doctype|html|head|\?xml)\b)/i.test(text)) return 'web-page'
  // A safetensors header length below our limit has any values in its first three bytes and zeros in the others.
  if (!start.subarray(3, 8).some(byte => byte !== 0)) return undefined
  if (text.startsWith('PK\x03\x04')) return isOtherZip(start) ? 'archive' : 'pickle'
  const hex = start.toString('hex')
  const found = beginnings.find(({ bytes }) => bytes.test(hex))?.format
  return found ?? (plainText.test(text) ? 'text' : undefined)
}

/** Eight characters of ASCII, which no header length has, and no control characters after them. */
const plainText = /^[\t\n\r\x20-\x7e]{8}[\t\n\r\x20-\xff]*$/

/** Whether a zip file's first entry is known not to be the `…/data.pkl` with which torch.save begins. */
function isOtherZip(start: Buffer): boolean {
  // PKZIP's local file header: the length of the name, which comes after 30 bytes.
  const length = start.length < 30 ? 0 : start.readUInt16LE(26)
  const name = start.toString('latin1', 30, 30 + length)
  return length > 0 && name.length === length && !name.endsWith('/data.pkl')
}
