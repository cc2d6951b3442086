// MessagePack off a stream: wherever the chunks are cut, whatever the bytes are.
import { Packr } from 'msgpackr'
import t from 'tap'
import { encodeMessage } from '../src/server/encode-message.ts'
import { createMessageDecoder, FrameError, MAX_MESSAGE_BYTES } from '../src/server/frames.ts'

const plain = new Packr({ useRecords: false, mapsAsObjects: false })
const message = [
  0,
  70_000,
  'plugin.StepMultiMap',
  [
    {
      EventId: 2 ** 32 - 1,
      Data: {
        authorization: ['Bearer x'],
        long: ['y'.repeat(300)],
        umlaut: 'ä€😀',
        f: 1.5,
        n: -3,
        t: true,
        nil: null,
        e: {},
      },
    },
  ],
]

const encoded = (value: unknown): Buffer => Buffer.from(encodeMessage(value), 'latin1')

t.test('a message cut in two, at every byte, arrives whole', async (t) => {
  const bytes = encoded(message)
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const decode = createMessageDecoder()
    const arrived = [...decode(bytes.subarray(0, cut)), ...decode(bytes.subarray(cut))]
    if (JSON.stringify(arrived) !== JSON.stringify([message])) t.fail(`cut at ${cut}`)
  }
  t.pass(`${bytes.length} cuts`)
})

t.test('byte by byte, and several messages in one chunk, with the last one cut', async (t) => {
  const bytes = encoded(message)
  const decode = createMessageDecoder()
  const arrived: unknown[] = []
  for (const byte of bytes) arrived.push(...decode(Buffer.from([byte])))
  t.strictSame(arrived, [message])
  const three = Buffer.concat([bytes, bytes, bytes])
  for (const cut of [bytes.length * 2, bytes.length * 2 + 1, three.length - 1]) {
    t.strictSame(decode(three.subarray(0, cut)), [message, message], `cut at ${cut}`)
    t.strictSame(decode(three.subarray(cut)), [message])
  }
})

t.test('__proto__ and the like are keys without power', async (t) => {
  const hostile = new Map<string, unknown>([
    ['__proto__', { polluted: true }],
    ['constructor', new Map([['prototype', 'x']])],
    ['toString', ['1']],
    ['authorization', ['Bearer x']],
  ])
  const [decoded] = createMessageDecoder()(plain.pack(hostile))
  t.equal(Object.getPrototypeOf(decoded), Object.prototype)
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.strictSame(Object.keys(decoded ?? {}), ['__proto_', 'constructor', 'toString', 'authorization'])
})

t.test('integers of 64 bits are numbers', async (t) => {
  const big = Buffer.from([0x92, 0xcf, 0, 0, 0, 1, 0, 0, 0, 0, 0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe])
  t.strictSame(createMessageDecoder()(big), [[2 ** 32, -2]])
})

t.test('garbage is an error, not a crash and not a wait for more', async (t) => {
  const rows: readonly (readonly [string, Buffer])[] = [
    ['unknown extension', Buffer.from([0xd4, 0x55, 0x00])],
    ['arrays in arrays without end', Buffer.alloc(200_000, 0x91)],
  ]
  for (const [name, bytes] of rows) t.throws(() => createMessageDecoder()(bytes), FrameError, name)
})

t.test('a message without end is cut off', async (t) => {
  const decode = createMessageDecoder()
  const head = Buffer.from([0xdb, 0x7f, 0xff, 0xff, 0xff])
  t.strictSame(decode(head), [])
  const chunk = Buffer.alloc(64 * 1024, 0x61)
  t.throws(() => {
    for (let sent = 0; sent <= MAX_MESSAGE_BYTES; sent += chunk.length) decode(chunk)
  }, FrameError)
})

t.test(
  'what we send is MessagePack as Kong reads it fastest: nil for undefined, no short forms, no extensions',
  async (t) => {
    const key = (name: string): number[] => [0xd9, name.length, ...Buffer.from(name)]
    t.strictSame(
      [...encoded([1, 2, undefined, { Data: 'ret', EventId: 3 }])],
      [0xdc, 0, 4, 0xcc, 1, 0xcc, 2, 0xc0, 0xde, 0, 2, ...key('Data'), ...key('ret'), ...key('EventId'), 0xcc, 3],
    )
  },
)

t.test('what we send arrives as it was, whatever its size', async (t) => {
  const numbers = [0, 1, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, 0.1, -1e300, Number.MAX_SAFE_INTEGER]
  const sizes = [0, 1, 31, 32, 255, 256, 65_535, 65_536]
  const rows: unknown[] = [
    ...numbers,
    ...sizes.flatMap((size) => ['x'.repeat(size), 'ä'.repeat(size), Array(size).fill('y')]),
    ...sizes.slice(0, 6).map((size) => Object.fromEntries(Array.from({ length: size }, (_, n) => [`k${n}`, n]))),
    ['\0', '\x7f', '\u0080', '€', '😀', true, false, null, [], {}, { a: [{ b: {} }] }],
  ]
  for (const row of rows) {
    const [arrived, ...more] = createMessageDecoder()(encoded(row))
    if (JSON.stringify(arrived) !== JSON.stringify(row) || more.length > 0)
      t.fail(`changed on its way: ${JSON.stringify(row).slice(0, 60)}`)
  }
  t.pass(`${rows.length} values`)
})
