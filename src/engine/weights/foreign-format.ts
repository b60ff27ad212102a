/** Recognises other formats that people save or rename as .safetensors by mistake, by their first bytes. */
import type { ForeignFormat } from '../../errors/model-problem.ts'

/** First bytes, in hexadecimal. */
const beginnings: readonly { readonly format: ForeignFormat; readonly bytes: RegExp }[] = [
  // A zip file, the format of torch.save.
  { format: 'pickle', bytes: /^504b0304/ },
  // PROTO, and a protocol from 2 to 5.
  { format: 'pickle', bytes: /^800[2-5]/ },
  { format: 'gguf', bytes: /^47475546/ },
  // 7z, Rar, gzip, xz
  { format: 'archive', bytes: /^(?:377abcaf|52617221|1f8b|fd377a58)/ },
  // ONNX: the field of the IR version, then the producer's name, the opset or the graph.
  { format: 'onnx', bytes: /^08[01].(?:12|3a|42)/ },
]

/** start: the file's first 64 bytes, or fewer if the file is shorter. */
export function foreignFormat(start: Buffer): ForeignFormat | undefined {
  const text = start.toString('latin1')
  if (text.startsWith('version https://git-lfs')) return 'lfs-pointer'
  // HTML: the login page of a site, saved under the file's name.
  if (/^(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|\?xml)\b/i.test(text)) return 'web-page'
  // A safetensors header length below our limit has any values in its first three bytes and zeros in the others.
  if (!start.subarray(3, 8).some(byte => byte !== 0)) return undefined
  const hex = start.toString('hex')
  return beginnings.find(({ bytes }) => bytes.test(hex))?.format
}
