// What a developer is told about a redirect URI that is not registered: a row for each mistake, and nothing of what is registered for strangers.
import t from 'tap'
import { inWords, mistakesIn, nearestRegistered } from '../../src/catalogue/redirect-mistakes.ts'

t.test('what was sent shows its mistakes by itself', async (t) => {
  const rows: [received: string, ...mistakes: string[]][] = [
    ['http://localhost:4711/callback', 'localhost'],
    ['http://LOCALHOST/callback', 'localhost'],
    ['http://app.localhost/callback', 'localhost'],
    ['https://localhost/callback'],
    ['http://127.0.0.1:4711/callback'],
    ['http://[::1]:4711/callback'],
    ['http://127.0.0.1:4711/callback/', 'slashAtEnd'],
    ['http://127.0.0.1:4711', 'noPath'],
    ['http://127.0.0.1:4711/', 'slashAtEnd'],
    ['https://127.0.0.1:4711/callback', 'tlsOnDevice'],
    ['http://app.example.com/callback', 'plainHttp'],
    ['http://192.168.1.5:8081/callback', 'plainHttp', 'port'],
    ['http://10.0.2.2/callback', 'plainHttp'],
    ['https://app.example.com/callback'],
    ['https://app.example.com/callback/', 'slashAtEnd'],
    ['https://app.example.com', 'noPath'],
    ['https://app.example.com:8443/callback', 'port'],
    ['https://app.example.com/callback?next=1', 'query'],
    ['https://app.example.com/callback#done', 'fragment'],
    ['HTTPS://app.example.com/callback', 'schemeCase'],
    ['Com.Example.App:/callback', 'schemeCase'],
    ['com.example.app:/callback'],
    ['com.example.app://callback', 'slashes'],
    ['com.example.app:///callback', 'slashes'],
    ['com.example.app:callback', 'slashes'],
    ['com.example.app:/', 'noPath'],
    ['com.example.app://', 'slashes', 'noPath'],
    ['com.example.app:', 'slashes', 'noPath'],
    ['myapp:/callback', 'shortScheme'],
    ['exp://192.168.1.5:8081', 'shortScheme', 'slashes'],
    ['com.example.app%3A%2Fcallback', 'encodedTwice'],
    ['https%3A%2F%2Fapp.example.com%2Fcallback', 'encodedTwice'],
    [' com.example.app:/callback', 'blanks'],
    ['/callback'],
    [''],
  ]
  for (const [received, ...mistakes] of rows) t.strictSame(mistakesIn(received), mistakes, JSON.stringify(received))
})

t.test('what keeps a redirect URI from being the registered one that is most like it', async (t) => {
  const registered = [
    'com.example.app:/callback',
    'http://127.0.0.1/callback',
    'https://app.example.com/app/callback',
    'com.example.two://callback',
  ]
  const rows: [received: string, registered: string | undefined, ...mistakes: string[]][] = [
    ['http://localhost:4711/callback', registered[1], 'localhost'],
    ['http://[::1]/callback', registered[1], 'localhost'],
    ['http://127.0.0.1:4711/callback/', registered[1], 'slashAtEnd'],
    ['https://127.0.0.1/callback', registered[1], 'tlsOnDevice'],
    ['http://127.0.0.1:1/Callback', registered[1], 'pathCase'],
    ['http://127.0.0.1:1', registered[1], 'noPath'],
    ['com.example.app://callback', registered[0], 'slashes'],
    ['com.example.app:/callback/', registered[0], 'slashAtEnd'],
    ['COM.example.app:/callback', registered[0], 'schemeCase'],
    ['com.example.ap:/callback', registered[0], 'shortScheme'],
    ['com.example.app:', registered[0], 'slashes', 'noPath'],
    ['com.example.two:/callback', registered[0], 'shortScheme'],
    ['http://app.example.com/app/callback', registered[2], 'plainHttp'],
    ['https://app.example.com/callback', registered[2], 'path'],
    ['https://www.example.com/app/callback', registered[2], 'host'],
    ['https://app.example.com/app/callback?a=1', registered[2], 'query'],
    ['https://app.example.com:8443/app/callback', registered[2], 'port'],
  ]
  for (const [received, uri, ...mistakes] of rows)
    t.strictSame(nearestRegistered(received, registered), { registered: uri, mistakes }, received)
  t.equal(nearestRegistered('com.example.app:/callback', []), undefined)
})

t.test('a redirect URI of any length and shape is judged at once', async (t) => {
  for (const received of ['/'.repeat(50_000), `a${':'.repeat(50_000)}`, `http://${'a.'.repeat(25_000)}`]) {
    const began = performance.now()
    mistakesIn(received)
    nearestRegistered(received, ['com.example.app:/callback'])
    t.ok(performance.now() - began < 1000)
  }
  t.match(inWords(['localhost', 'port', 'slashAtEnd']), /^localhost .*; a port .*$/)
})
