/** The kinds of files in a models folder, and the folder names of each kind. */
/** The kinds that Easel uses. `folders`: in lower case; the first is Easel's, the others are those of other UIs. */
export const modelKinds = {
  checkpoint: {
    folders: ['checkpoints', 'stable-diffusion', 'diffusers', 'unet', 'diffusion_models'],
  },
  lora: { folders: ['loras', 'lora', 'lycoris', 'locon'] },
  embedding: { folders: ['embeddings', 'textual_inversion'] },
  vae: { folders: ['vae'] },
  controlnet: { folders: ['controlnet'] },
  'ip-adapter': { folders: ['ip-adapter', 'ipadapter', 'ip_adapter'] },
  /** Image encoders for IP-Adapters; they may also be in the IP-Adapters' folder. */
  'image-encoder': { folders: ['clip_vision', 'image_encoders'] },
  upscaler: { folders: ['upscalers', 'upscale_models', 'esrgan', 'realesrgan'] },
} as const satisfies Record<string, { folders: readonly [string, ...string[]] }>

export type ModelKind = keyof typeof modelKinds

export function isModelKind(kind: string): kind is ModelKind {
  return Object.hasOwn(modelKinds, kind)
}

/** The kind of the files in a folder of that name, ignoring case. */
export function kindOfFolder(name: string): ModelKind | undefined {
  const lower = name.toLowerCase()
  for (const [kind, { folders }] of Object.entries(modelKinds)) {
    if (folders.some(folder => folder === lower) && isModelKind(kind)) return kind
  }
  return undefined
}
