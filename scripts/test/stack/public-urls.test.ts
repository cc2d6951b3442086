// The public addresses of a stack: what is taken, and what is said of the rest.
import t from 'tap'
import { PublicUrlProblem, readPublicUrls } from '../../stack/public-urls.ts'

t.test('two https origins, or none at all', (t) => {
  t.equal(readPublicUrls({ auth: undefined, gateway: undefined }), undefined)
  const both = { auth: 'https://login.example.com', gateway: 'https://192.168.1.5:8443' }
  t.strictSame(readPublicUrls(both), both)
  t.end()
})

t.test('anything else is refused with what to write', (t) => {
  const good = 'https://a.example'
  const rows: [auth: string | undefined, gateway: string | undefined, says: RegExp][] = [
    [good, undefined, /belong together/],
    [undefined, good, /belong together/],
    [good, good, /are the same/],
    ['http://192.168.1.5:4000', good, /--public-url has to be https, also in a local network; phones\.md/],
    [good, 'http://b.example', /--public-gateway-url has to be https/],
    ['https://a.example/', 'https://b.example', /use https:\/\/a\.example$/],
    ['https://a.example/path', 'https://b.example', /use https:\/\/a\.example$/],
    ['https://user@a.example', 'https://b.example', /without a path/],
    ['a.example', 'https://b.example', /an address like https:\/\/login\.example\.com, not "a\.example"/],
    ['', '', /an address like/],
    ['ftp://a.example', 'https://b.example', /an address like/],
  ]
  for (const [auth, gateway, says] of rows)
    t.throws(
      () => readPublicUrls({ auth, gateway }),
      { name: PublicUrlProblem.name, message: says },
      `${auth} ${gateway}`,
    )
  t.end()
})
