// Loaded before everything else in a process and its worker threads (`node --require`): appends a line to the file in
// EASEL_NETWORK_LOG for each name that is looked up and each address that is called outside of this machine. It sees what
// Node does, not native libraries.
const dgram = require('node:dgram')
const dns = require('node:dns')
const { appendFileSync } = require('node:fs')
const net = require('node:net')

const file = process.env.EASEL_NETWORK_LOG
const isHere = host => host === undefined || /^(localhost|127\.[\d.]+|::1|::|0\.0\.0\.0)$/i.test(String(host))

function note(what, host) {
  if (file !== undefined && !isHere(host)) appendFileSync(file, `${what} ${String(host)}\n`)
}

/** Puts a look at the arguments in front of a method. */
function watch(owner, name, look) {
  const original = owner[name]
  owner[name] = function (...args) {
    look(args)
    return original.apply(this, args)
  }
}

for (const owner of [dns, dns.promises]) watch(owner, 'lookup', ([name]) => note('lookup', name))
for (const owner of [dns.Resolver.prototype, dns.promises.Resolver.prototype])
  for (const name of ['resolve', 'resolve4', 'resolve6', 'resolveAny', 'reverse'])
    watch(owner, name, ([asked]) => note('resolve', asked))
watch(net.Socket.prototype, 'connect', ([first]) => {
  // net.connect hands over its arguments as one list: [options, callback].
  const [options, host] = Array.isArray(first) ? first : [first]
  note('connect', typeof options === 'object' ? options?.host : host)
})
watch(dgram.Socket.prototype, 'send', args =>
  note(
    'send',
    args.findLast(one => typeof one === 'string'),
  ),
)
