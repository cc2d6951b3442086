// The wire between Kong and its plugins: wherever the chunks are cut, whatever the bytes are.
import t from 'tap'
import { rpcCall, rpcReturn } from '../../src/protocol/calls.ts'
import { type Codec, readFrame } from '../../src/protocol/codec.ts'
import { FrameWriter, refusal, writeAscii } from '../../src/protocol/frame-writer.ts'
import { createFrameReader, FrameError, MAX_FRAME_BYTES } from '../../src/protocol/frames.ts'
import { exit, getHeader, getShared, setRequestHeaders, setShared } from '../../src/protocol/pdk-calls.ts'
import { CLEAR } from '../../src/stages/effects.ts'

function framed<Value>(codec: Codec<Value>, value: Value): Buffer {
  const out = new FrameWriter()
  out.add(codec.write, value)
  return out.take()
}

function unframed<Value>(codec: Codec<Value>, bytes: Buffer): Value {
  const [frame, ...more] = createFrameReader().read(bytes)
  if (!frame || more.length > 0) throw new Error('not one frame')
  return readFrame(codec, frame)
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null))
}
function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}

t.test('frames cut in two, at every byte, and byte by byte, arrive whole', async (t) => {
  const out = new FrameWriter()
  for (const text of ['', 'a', 'kong.request.get_header', 'x'.repeat(300)]) out.add(writeAscii, text)
  const bytes = out.take()
  const expected = ['', 'a', 'kong.request.get_header', 'x'.repeat(300)]
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const reader = createFrameReader()
    const arrived = [...reader.read(bytes.subarray(0, cut)), ...reader.read(bytes.subarray(cut))].map(String)
    if (JSON.stringify(arrived) !== JSON.stringify(expected)) t.fail(`cut at ${cut}`)
  }
  const reader = createFrameReader()
  t.strictSame([...bytes].flatMap((byte) => reader.read(Buffer.from([byte]))).map(String), expected)
})

t.test('a frame that says it is too long is refused before it has come', async (t) => {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(MAX_FRAME_BYTES + 1)
  t.throws(() => createFrameReader().read(length), FrameError)
  t.throws(() => createFrameReader().read(Buffer.from('GET / HTTP/1.1\r\n\r\n')), FrameError)
  length.writeUInt32LE(MAX_FRAME_BYTES)
  t.strictSame(createFrameReader().read(length), [])
})

t.test('a refusal is no frame, however long one waits; its reason can be read', async (t) => {
  const reader = createFrameReader()
  t.strictSame(reader.read(refusal('no plugin instance #7')), [])
  t.equal(reader.refusal, 'no plugin instance #7')
  t.equal(createFrameReader().refusal, '')
  const broken = createFrameReader()
  broken.read(Buffer.from([40, 0, 0, 0, ...Buffer.from('X-Gateway-Secret: hush')]))
  t.equal(broken.refusal, '', 'a frame that was cut by accident tells nothing')
})

// The first three were made by Kong 3.9.3 (its fields come in any order), and it reads the others as their values.
t.test('Kong’s own bytes are read, and what it reads is written', async (t) => {
  const rows: readonly (readonly [string, object])[] = [
    [
      '8a 02 15 12 03 7b 7d 0a 0a 0e 6d 6f 62 69 6c 65 2d 67 61 74 65 77 61 79 08 02',
      { sequence: 2, cmd_start_instance: { name: 'mobile-gateway', config: '{}\n' } },
    ],
    [
      'a2 02 0e 12 06 61 63 63 65 73 73 08 ff ff ff ff 03 08 03',
      { sequence: 3, cmd_handle_event: { instance_id: 2 ** 30 - 1, event_name: 'access' } },
    ],
    ['fa 01 00 08 03', { sequence: 3, cmd_get_plugin_names: {} }],
  ]
  for (const [bytes, call] of rows) t.same(readFrame(rpcCall, hex(bytes)), call)
  t.strictSame(framed(rpcReturn, { sequence: 3 }), hex('02 00 00 00 08 03'))
  t.strictSame(
    framed(rpcReturn, { sequence: 300, instance_status: { name: 'p', instance_id: 5 } }),
    hex('0b 00 00 00 08 ac 02 8a 02 05 0a 01 70 10 05'),
  )
  t.strictSame(framed(getHeader.argument, 'dpop'), hex('06 00 00 00 0a 04 64 70 6f 70'))
  t.strictSame(
    framed(setRequestHeaders.argument, [{ A: 'b', C: [] }]),
    hex('13 00 00 00 0a 08 0a 01 41 12 03 1a 01 62 0a 07 0a 01 43 12 02 32 00'),
  )
})

t.test('nothing, nil and an empty text are told from one another only where Kong does', async (t) => {
  t.equal(unframed(getHeader.result, hex('00 00 00 00')), undefined)
  t.equal(unframed(getHeader.result, hex('02 00 00 00 0a 00')), '')
  t.equal(unframed(getShared.result, hex('02 00 00 00 08 01')), undefined, 'null_value, which Kong writes as 1')
})

t.test('bytes that are no UTF-8 cost nobody the rest of the text', async (t) => {
  for (const [bytes, text] of [
    ['05 00 00 00 0a 03 61 e9 62', 'a\ufffdb'],
    ['11 00 00 00 0a 0f 61 61 61 61 61 61 61 61 61 61 61 61 61 e9 62', `${'a'.repeat(13)}\ufffdb`],
  ] as const)
    t.equal(unframed(getHeader.result, hex(bytes)), text)
})

t.test('values arrive as they were, whatever their size', async (t) => {
  const sizes = [0, 1, 11, 12, 127, 128, 16_383, 16_384, 65_536]
  const rows: unknown[] = [
    ...[0, 1, -1, 0.1, -1e300, 2 ** 53, true, false, null],
    ...sizes.flatMap((size) => ['x'.repeat(size), 'ä'.repeat(size), Array(size).fill('y')]),
    ...sizes.slice(0, 6).map((size) => Object.fromEntries(Array.from({ length: size }, (_, n) => [`k${n}`, n]))),
    ['\0', '\x7f', '\u0080', '€', '😀', [], {}, { a: [{ b: {} }] }],
  ]
  for (const row of rows) {
    const { k, v } = unframed(setShared.argument, framed(setShared.argument, { k: 'key', v: row }))
    if (k !== 'key' || JSON.stringify(plain(v)) !== JSON.stringify(row))
      t.fail(`changed on its way: ${JSON.stringify(row).slice(0, 60)}`)
  }
  const answer = { status: 401, body: 'ü', headers: { 'WWW-Authenticate': 'Bearer realm="x"' } }
  t.same(plain(unframed(exit.argument, framed(exit.argument, answer))), answer)
})

t.test('__proto__ and the like are keys without power', async (t) => {
  const hostile = Object.fromEntries([
    ['__proto__', { polluted: true }],
    ['constructor', ['x']],
    ['toString', '1'],
  ])
  const [arrived = {}] = unframed(setRequestHeaders.argument, framed(setRequestHeaders.argument, [hostile]))
  t.equal(Object.getPrototypeOf(arrived), null)
  t.equal(Reflect.get({}, 'polluted'), undefined)
  t.strictSame(Object.keys(arrived), ['__proto__', 'constructor', 'toString'])
})

t.test(
  'headers that last are put into bytes once, arrive with every call, and give way to those of the call',
  async (t) => {
    const { argument } = setRequestHeaders
    let reads = 0
    const lasting = {
      get User() {
        reads += 1
        return 'x'.repeat(2000)
      },
      Gone: CLEAR,
    }
    const expected = { ...lasting }
    framed(argument, [{}, lasting])
    const readByFirst = reads
    for (const Mark of ['1', '2', '3'])
      t.same(unframed(argument, framed(argument, [{ Mark }, lasting])), [{ Mark, ...expected }])
    t.equal(reads, readByFirst)
    t.same(unframed(argument, framed(argument, [{ Gone: 'here' }, lasting])), [{ ...expected, Gone: 'here' }])
    t.same(argument.toLua([{ Gone: 'here' }, lasting]), [{ ...expected, Gone: 'here' }])
  },
)

t.test('a value that cannot be sent leaves nothing behind in the frames', async (t) => {
  const out = new FrameWriter()
  out.add(writeAscii, 'before')
  const unsendable = {
    fine: 'x',
    get broken(): string {
      throw new Error('not to be read')
    },
  }
  const add = (): void => {
    out.add(writeAscii, setRequestHeaders.name)
    out.add(setRequestHeaders.argument.write, [unsendable])
  }
  t.throws(() => out.allOrNothing(add), 'not to be read')
  out.add(writeAscii, 'after')
  t.strictSame(createFrameReader().read(out.take()).map(String), ['before', 'after'])
  t.equal(out.take().length, 0)
})

t.test('garbage is an error, not a crash and not a wait for more', async (t) => {
  const rows: readonly (readonly [string, Buffer])[] = [
    ['a length beyond the frame', hex('8a 02 7f 0a')],
    ['a type that does not exist', hex('0f')],
    ['lists in lists without end', Buffer.alloc(200_000, hex('32 8f 80 0c'))],
  ]
  for (const [name, bytes] of rows) {
    t.throws(() => readFrame(rpcCall, bytes), FrameError, name)
    t.throws(() => readFrame(getShared.result, bytes), FrameError, name)
  }
  for (let n = 0; n < 2000; n += 1) {
    const bytes = Buffer.from(Array.from({ length: n % 40 }, (_, at) => (n * 7919 + at * 104_729) % 256))
    for (const codec of [rpcCall, setRequestHeaders.argument, getHeader.result] as Codec<unknown>[]) {
      try {
        readFrame(codec, bytes)
      } catch (error) {
        if (!(error instanceof FrameError)) t.fail(`${bytes.toString('hex')}: ${error}`)
      }
    }
  }
})
