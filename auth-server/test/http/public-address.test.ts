// Where requests to developers' addresses may go: the public internet, and nothing that only looks like it (RFC 6890).
import t from 'tap'
import {
  isLoopbackAddress,
  isLoopbackHost,
  isPrivateAddress,
  isPublicAddress,
} from '../../src/http/outbound/public-address.ts'

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '93.184.216.34',
  '172.15.255.255',
  '172.32.0.1',
  '223.255.255.255',
  '2606:4700::1',
  '2a00:1450:4001::1',
  '2001:4860:4860::8888',
]
const NOT = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.255',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.170',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::ffff:a9fe:a9fe',
  '64:ff9b::8.8.8.8',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:20::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  'fc00::1',
  'fd12:3456::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
]

t.test('public addresses are', async (t) => {
  for (const address of PUBLIC) t.ok(isPublicAddress(address), address)
})
t.test('private, local, shared, documentation, multicast and translating addresses are not', async (t) => {
  for (const address of NOT) t.notOk(isPublicAddress(address), address)
})
t.test('loopback is 127.0.0.0/8 and ::1', async (t) => {
  for (const address of ['127.0.0.1', '127.1.2.3', '::1']) t.ok(isLoopbackAddress(address))
  for (const address of ['128.0.0.1', '::', '::ffff:127.0.0.1', '1.127.0.0']) t.notOk(isLoopbackAddress(address))
})
t.test('private is RFC 1918 and RFC 4193, and nothing that merely holds such an address', async (t) => {
  for (const address of ['10.0.0.1', '172.31.255.255', '192.168.0.1', 'fc00::1', 'fd12:3456::1'])
    t.ok(isPrivateAddress(address), address)
  for (const address of ['11.0.0.1', '172.32.0.1', '127.0.0.1', '::ffff:10.0.0.1', '64:ff9b::a00:1', 'fe80::1', '::1'])
    t.notOk(isPrivateAddress(address), address)
})
t.test('plain http goes to three hosts, as a URL parser writes them', async (t) => {
  for (const host of ['localhost', '127.0.0.1', '127.1', '[0::1]'])
    t.ok(isLoopbackHost(new URL(`http://${host}/`).hostname), host)
  for (const host of ['localhost.', 'app.localhost', '127.0.0.2', '0.0.0.0', '[::ffff:127.0.0.1]', 'example.com'])
    t.notOk(isLoopbackHost(new URL(`http://${host}/`).hostname), host)
})
