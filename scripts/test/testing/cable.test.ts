// The cable between two processes: whatever it delays arrives whole and in order; cut, unplugged, held and led elsewhere.
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { type CableEnd, layCable } from '../../testing/cable.ts'

/** Listens, and answers each connection with what `answer` writes. */
async function listen(t: Test, place: CableEnd, answer: string): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {})
    socket.on('data', (chunk) => socket.write(`${answer} ${chunk}`))
    socket.on('end', () => socket.end())
  }).listen(place)
  await once(server, 'listening')
  t.teardown(() => server.close())
}

async function lay(t: Test, answer: string) {
  const folder = await mkdtemp(join(tmpdir(), 'cable-')) // a socket's path is short
  t.teardown(() => rm(folder, { recursive: true }))
  const [near, far] = [{ path: join(folder, 'near') }, { path: join(folder, 'far') }]
  await listen(t, far, answer)
  const cable = await layCable(far, near)
  t.teardown(() => cable.close())
  return { cable, near, folder }
}

t.test('what is delayed is not overtaken by what is not, and comes before the end', async (t) => {
  const { cable, near } = await lay(t, '')
  const socket = connect(near)
  const heard = text(socket)
  const words = Array.from({ length: 200 }, (_, index) => `${index},`)
  for (const [index, word] of words.entries()) {
    cable.slow(index % 2 === 0 ? 20 : 0)
    socket.write(word)
    await setImmediate()
  }
  socket.end()
  t.equal((await heard).replaceAll(' ', ''), words.join(''))
})

t.test('cut, every connection ends and a new one works; unplugged, none does until it is mended', async (t) => {
  const { cable, near } = await lay(t, 'heard')
  const ask = async (): Promise<string> => {
    const socket = connect(near)
    socket.end('a word')
    return text(socket).catch(() => 'ended')
  }
  t.equal(await ask(), 'heard a word')
  const open = connect(near)
  await once(open, 'connect')
  open.write('a word')
  await once(open, 'data')
  cable.cut()
  await once(open, 'close')
  t.equal(await ask(), 'heard a word')
  cable.unplug()
  t.not(await ask(), 'heard a word')
  cable.mend()
  t.equal(await ask(), 'heard a word')
})

t.test('it leads elsewhere when it is told to', async (t) => {
  const { cable, near, folder } = await lay(t, 'here')
  const other = { path: join(folder, 'other') }
  await listen(t, other, 'there')
  cable.leadTo(other)
  const socket = connect(near)
  socket.end('a word')
  t.equal(await text(socket), 'there a word')
})
