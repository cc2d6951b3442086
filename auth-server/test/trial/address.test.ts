// Where the call of a trial may go: below the API's own address, however the path is spelled.
import t from 'tap'
import { addressBelow } from '../../src/trial/address.ts'

const RESOURCE = 'https://gateway.example.com/orders'

t.test('a path below the API, with or without its slash, and with a query', (t) => {
  const rows = [
    ['', RESOURCE],
    ['/', `${RESOURCE}/`],
    ['/echo', `${RESOURCE}/echo`],
    ['echo', `${RESOURCE}/echo`],
    ['/a/b.json?page=2&q=%C3%BC', `${RESOURCE}/a/b.json?page=2&q=%C3%BC`],
    ['/a?next=https://other.example/../x', `${RESOURCE}/a?next=https://other.example/../x`],
    ['?page=2', `${RESOURCE}?page=2`],
    ['/..a/b..', `${RESOURCE}/..a/b..`],
    ['/a:1@b', `${RESOURCE}/a:1@b`],
    ['/%20', `${RESOURCE}/%20`],
  ] as const
  for (const [path, address] of rows) t.equal(addressBelow(RESOURCE, path), address, path)
  t.equal(addressBelow('https://gateway.example.com/', '/echo'), 'https://gateway.example.com/echo')
  t.equal(addressBelow('https://gateway.example.com', '/echo'), 'https://gateway.example.com/echo')
  t.end()
})

t.test('nothing beside it: another host, a step up, and whatever a server on the way could take for one', (t) => {
  const rows = [
    '//other.example/x',
    '/../admin',
    '..',
    '/a/../../admin',
    '/./a',
    '/..;/admin',
    '/a/..;x=1/admin',
    '/..%3B/admin',
    '/.;/a',
    '..;',
    '/%2e%2e/admin',
    '/%2E./admin',
    '/a%2f..%2fadmin',
    '/a%5c..',
    '/a\\..\\admin',
    '/%252e%252e/admin',
    '/a%00',
    '/a%0d%0aX: y',
    '/a\r\nX: y',
    '/a b',
    '/a#b',
    '/a%',
    '/a%zz',
    '/ü',
    `/${'x'.repeat(600)}`,
  ]
  for (const path of rows) t.equal(addressBelow(RESOURCE, path), undefined, path.slice(0, 40))
  for (const resource of ['urn:example:api', 'ftp://gateway.example.com', 'https://gateway.example.com/a?b', 'orders'])
    t.equal(addressBelow(resource, '/'), undefined, resource)
  // An absolute address is a name below the API, at most.
  t.equal(addressBelow(RESOURCE, 'https://other.example/x'), `${RESOURCE}/https://other.example/x`)
  t.end()
})
