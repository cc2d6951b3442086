// The loopback copy of kong.yml differs from the original in addresses and in nothing else.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { parse } from 'yaml'
import { renderKong } from '../../stack/render-kong.ts'
import { stackUrls } from '../../stack/urls.ts'

const kongYml = await readFile(join(import.meta.dirname, '../../../kong.yml'), 'utf8')

function changedLines(before: string, after: string): [string, string][] {
  const lines = after.split('\n')
  t.equal(lines.length, before.split('\n').length, 'no line more or less')
  return before
    .split('\n')
    .flatMap((line, at): [string, string][] => (line === lines[at] ? [] : [[line, lines[at] ?? '']]))
}

function withoutComment(line: string): string {
  return line.replace(/ #.*/, '').trim()
}

t.test('on the usual ports only addresses between servers change', async (t) => {
  const rendered = renderKong(kongYml, stackUrls({ auth: 4000, api: 3000, gateway: 8000 }).origins)
  t.strictSame(
    changedLines(kongYml, rendered).map(([, line]) => withoutComment(line)),
    [
      'url: http://127.0.0.1:3000',
      'jwks_uri: http://127.0.0.1:4000/jwks',
      'url: http://127.0.0.1:4000/revocations',
      'token_url: http://127.0.0.1:4000/token',
    ],
  )
})

t.test('on other ports issuer and audience follow, and every comment stays', async (t) => {
  const rendered = renderKong(kongYml, stackUrls({ auth: 14000, api: 13000, gateway: 18000 }).origins)
  t.strictSame(
    changedLines(kongYml, rendered).map(([, line]) => withoutComment(line)),
    [
      'url: http://127.0.0.1:13000',
      '- issuer: http://localhost:14000',
      'jwks_uri: http://127.0.0.1:14000/jwks',
      'url: http://127.0.0.1:14000/revocations',
      'token_url: http://127.0.0.1:14000/token',
      'audiences: [http://localhost:18000/mobile]',
      'resource_metadata: http://localhost:18000/.well-known/oauth-protected-resource/mobile',
      'resource: http://localhost:18000/mobile',
      'authorization_servers: [http://localhost:14000]',
    ],
  )
  const comments = (text: string): string[] => text.match(/#.*/g) ?? []
  t.strictSame(comments(rendered), comments(kongYml))
})

t.test('addresses are found in every notation, and what is not an address is left alone', async (t) => {
  const source = `services:
- name: mobile-api
  host: mobile-api # a host with its port
  port: 3000
  path: /v1
- {name: other, url: "http://mobile-api:3000/v2", tags: [http://mobile-api:3000]}
- name: elsewhere
  url: https://api.example.com
  plugins:
  - name: mobile-gateway
    config:
      issuers: [{ issuer: 'http://localhost:4000', jwks_uri: http://auth-server:4000/jwks }]
      audiences:
      - http://localhost:8000/mobile
      - http://localhost:80000
      realm: http://localhost:4000
`
  t.strictSame(parse(renderKong(source, stackUrls({ auth: 14000, api: 13000, gateway: 18000 }).origins)), {
    services: [
      { name: 'mobile-api', host: '127.0.0.1', port: 13000, path: '/v1' },
      { name: 'other', url: 'http://127.0.0.1:13000/v2', tags: ['http://mobile-api:3000'] },
      {
        name: 'elsewhere',
        url: 'https://api.example.com',
        plugins: [
          {
            name: 'mobile-gateway',
            config: {
              issuers: [{ issuer: 'http://localhost:14000', jwks_uri: 'http://127.0.0.1:14000/jwks' }],
              audiences: ['http://localhost:18000/mobile', 'http://localhost:80000'],
              realm: 'http://localhost:4000',
            },
          },
        ],
      },
    ],
  })
})

t.test('a file that is no YAML is refused', async (t) => {
  t.throws(() => renderKong('services: [', {}), { message: /^kong\.yml: / })
})
