// IP addresses as both halves take them: one reading for every spelling, and nothing that only looks like one.
import t from 'tap'
import { isAddressOrRange, liesIn, networkFront, rangeOf, withoutBrackets } from '../src/network.ts'

t.test('an IPv6 address loses the brackets that it has in a URL, and nothing else does', async (t) => {
  const rows: [host: string, plain: string][] = [
    ['[::1]', '::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['::1', '::1'],
    ['127.0.0.1', '127.0.0.1'],
    ['login.example.com', 'login.example.com'],
    ['[half', '[half'],
    ['', ''],
  ]
  for (const [host, plain] of rows) t.equal(withoutBrackets(host), plain, host)
})

t.test('the kind of an address, by IANA; of what is none, none', async (t) => {
  const rows: [address: string, range: string | undefined][] = [
    ['127.1.2.3', 'loopback'],
    ['::1', 'loopback'],
    ['0:0:0:0:0:0:0:1', 'loopback'],
    ['10.0.0.1', 'private'],
    ['fd00::1', 'uniqueLocal'],
    ['::ffff:10.0.0.1', 'ipv4Mapped'],
    ['1.1.1.1', 'unicast'],
    // What ipaddr.js reads and no socket should.
    ['127.1', undefined],
    ['0x7f.0.0.1', undefined],
    ['2130706433', undefined],
    ['[::1]', undefined],
    ['localhost', undefined],
    ['', undefined],
  ]
  for (const [address, range] of rows) t.equal(rangeOf(address), range, address)
})

t.test('an address lies in a range of its own kind alone', async (t) => {
  t.ok(liesIn('2606:4700::1', ['2000::', 3]))
  t.notOk(liesIn('4000::1', ['2000::', 3]))
  t.notOk(liesIn('1.1.1.1', ['::', 0]))
  t.notOk(liesIn('no address', ['::', 0]))
})

t.test('ranges are read strictly', async (t) => {
  for (const text of ['10.0.0.0/8', '192.168.1.5', '::1', 'fd00::/8', '0.0.0.0/0', '::/0'])
    t.ok(isAddressOrRange(text), text)
  const none = [
    '',
    '10/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    'fd00::/129',
    '10.0.0.0/-1',
    '10.0.0.0/8 ',
    'x/8',
  ]
  for (const text of none) t.notOk(isAddressOrRange(text), text)
})

t.test('the front of an IPv6 address names its network; an IPv4 address stays whole, also in a disguise', async (t) => {
  const rows: [address: string, front: string][] = [
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:DB8:1:2::', '2001:db8:1:2'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['64:ff9b::c000:201', '192.0.2.1'],
    ['unknown', 'unknown'],
  ]
  for (const [address, front] of rows) t.equal(networkFront(address, 4), front, address)
})
