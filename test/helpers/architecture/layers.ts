/** The layers of src/, and which of them may import which. */

/**
 * Layers, each with the layers that it may import besides itself. The first matching prefix is a file's layer.
 * A layer after `type` may be imported for its types only.
 */
export const layers: readonly { prefix: string; may: readonly string[] }[] = [
  // Common modules.
  { prefix: 'src/errors/', may: [] },
  { prefix: 'src/common/', may: [] },
  { prefix: 'src/system/', may: ['src/errors/', 'src/common/'] },
  { prefix: 'src/config/', may: ['src/errors/', 'src/common/', 'src/words/'] },
  {
    prefix: 'src/words/',
    may: [
      'src/errors/',
      'src/common/visible-controls.ts',
      'type src/app/',
      'type src/devices/',
      'type src/remote/',
    ],
  },
  // The engine, from its foundation up.
  { prefix: 'src/engine/work-order.ts', may: ['src/common/'] },
  { prefix: 'src/engine/step-counts.ts', may: ['src/engine/work-order.ts'] },
  {
    prefix: 'src/engine/order-needs.ts',
    may: [
      'src/engine/work-order.ts',
      'type src/common/',
      'type src/engine/models/',
      'type src/engine/networks/',
      'type src/engine/pipeline/',
    ],
  },
  {
    prefix: 'src/engine/weights/',
    may: ['src/errors/', 'src/common/'],
  },
  { prefix: 'src/engine/onnx/', may: ['src/errors/', 'src/common/', 'src/engine/weights/'] },
  { prefix: 'src/engine/modules/', may: ['src/errors/', 'src/engine/onnx/', 'src/engine/weights/'] },
  {
    prefix: 'src/engine/networks/',
    may: ['src/errors/', 'src/common/', 'src/engine/modules/', 'src/engine/onnx/', 'src/engine/weights/'],
  },
  {
    prefix: 'src/engine/sampling/',
    may: ['src/errors/', 'src/common/', 'src/engine/weights/'],
  },
  {
    prefix: 'src/engine/text/',
    // CLIP's merges are a file of the package.
    may: ['src/errors/', 'src/common/', 'src/system/paths.ts', 'src/engine/weights/'],
  },
  {
    prefix: 'src/engine/image/',
    may: ['src/errors/', 'src/common/', 'src/engine/work-order.ts'],
  },
  {
    prefix: 'src/engine/models/',
    may: [
      'src/errors/',
      'src/common/',
      'src/engine/networks/',
      'src/engine/sampling/',
      'src/engine/text/',
      'src/engine/weights/',
    ],
  },
  {
    prefix: 'src/engine/pipeline/',
    may: [
      'src/errors/',
      'src/common/',
      'src/engine/order-needs.ts',
      'src/engine/work-order.ts',
      'src/engine/step-counts.ts',
      'src/engine/models/',
      'src/engine/sampling/',
      'src/engine/text/',
      'src/engine/networks/',
      'src/engine/image/',
      'src/engine/weights/',
      'src/engine/onnx/',
    ],
  },
  // The composition root of a worker.
  {
    prefix: 'src/engine/host/worker.ts',
    may: ['src/system/', 'src/engine/host/', 'src/engine/pipeline/'],
  },
  {
    prefix: 'src/engine/host/',
    may: [
      'src/errors/',
      'src/engine/work-order.ts',
      'src/engine/pipeline/',
      'src/engine/models/',
      'src/engine/image/',
      'src/engine/weights/',
      'src/engine/onnx/',
    ],
  },
  {
    prefix: 'src/engine/jobs/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/engine/work-order.ts',
      'src/engine/step-counts.ts',
      'src/engine/host/',
      'type src/engine/pipeline/',
    ],
  },
  // Storage, use cases, platforms.
  {
    prefix: 'src/db/',
    may: [
      'src/common/',
      'src/errors/',
      'src/system/',
      'src/engine/work-order.ts',
      'src/engine/jobs/',
      'type src/engine/pipeline/',
      'type src/app/',
    ],
  },
  { prefix: 'src/net/', may: ['src/errors/', 'src/common/', 'src/system/', 'src/config/'] },
  {
    prefix: 'src/app/',
    may: [
      'src/common/',
      'src/errors/',
      'src/system/',
      'src/config/',
      'src/db/',
      'src/engine/order-needs.ts',
      'src/engine/work-order.ts',
      'src/engine/step-counts.ts',
      'src/engine/jobs/',
      'type src/engine/models/',
      'src/engine/weights/',
      'src/engine/sampling/',
      'src/engine/text/',
      'src/engine/image/',
      'type src/engine/host/',
      'type src/engine/pipeline/',
    ],
  },
  // The page's script runs in a browser, without any other module of Easel.
  { prefix: 'src/bots/web/client/', may: ['type src/bots/web/protocol.ts'] },
  {
    prefix: 'src/bots/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/config/',
      'src/words/',
      'src/net/',
      'src/app/',
      'src/engine/work-order.ts',
      'type src/engine/jobs/',
    ],
  },
  {
    prefix: 'src/devices/',
    may: ['src/errors/', 'src/common/', 'src/system/', 'src/config/', 'src/words/', 'src/engine/'],
  },
  // Other machines: a second kind of worker host.
  {
    prefix: 'src/remote/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/config/',
      'src/engine/work-order.ts',
      'src/engine/host/',
      'src/engine/image/files/',
      'type src/engine/models/',
      'type src/engine/jobs/',
    ],
  },
  // The composition roots know many parts, each for its purpose.
  {
    prefix: 'src/startup/',
    may: [
      'src/app/checks/',
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/config/',
      'src/words/',
      'src/bots/',
      'src/devices/',
      'src/remote/',
      'type src/engine/jobs/',
      'src/engine/models/',
      'src/engine/networks/',
      'src/engine/pipeline/',
      'src/engine/sampling/',
      'src/engine/weights/',
    ],
  },
  {
    prefix: 'src/main.ts',
    may: [
      'src/errors/',
      'src/system/',
      'type src/config/',
      'src/words/',
      'src/app/',
      'type src/bots/adapter.ts',
      'src/devices/',
      'src/engine/models/',
      'src/engine/pipeline/',
      'src/startup/',
    ],
  },
  { prefix: 'src/cli.ts', may: ['src/common/', 'src/cli/'] },
  // It paints without a server, so it uses the engine, and reads requests and writes messages as the chats do.
  {
    prefix: 'src/cli/',
    may: [
      'src/errors/',
      'src/common/',
      'src/system/',
      'src/config/',
      'src/words/',
      'src/db/',
      'src/app/',
      'src/bots/commands/',
      'src/bots/grammar/',
      'src/bots/messages/',
      'src/devices/',
      'src/engine/',
      'src/remote/',
      'src/startup/',
      'src/main.ts',
    ],
  },
]
