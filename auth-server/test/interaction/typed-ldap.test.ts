// Guesses at a directory, a real slapd, are counted by the entry that a name leads to: no spelling and no second name gains attempts.
import t from 'tap'
import { spelledOnce } from '../../src/identity/federation/spelled-once.ts'
import { LIMITS } from '../../src/limits/table.ts'
import { Browser } from '../support/browser.ts'
import { answerOf, authorizeUrl, pkcePair } from '../support/phone.ts'
import { testServer } from '../support/server.ts'
import { CLAIMED_URI } from '../support/session.ts'
import { BASE_DN, SERVICE, startSlapd, withoutSlapd } from '../support/slapd.ts'
import { catalogueOf } from '../support/upstream.ts'

const ALLOWED = LIMITS.signInGuesses.allowed

function person(uid: string, ...mails: readonly string[]): string {
  const mail = mails.map((address) => `mail: ${address}\n`).join('')
  return `dn: uid=${uid},${BASE_DN}\nobjectClass: inetOrgPerson\nuid: ${uid}\nsn: x\ncn: ${uid}\n${mail}userPassword: of ${uid}`
}
const NAMES = ['dora', 'dora@corp.example', 'd.day@corp.example', 'dd@corp.example']
const SPELLINGS = [
  ...NAMES,
  ...NAMES.map((name) => name.toUpperCase()),
  ...NAMES.map((name) => ` ${name} `),
  'ＤＯＲＡ',
  'Dora',
  'dOra',
]

t.test('spellings that a directory takes for one name are one', async (t) => {
  const rows: readonly (readonly string[])[] = [
    [
      'dora day',
      'Dora  Day',
      ' DORA\u00a0DAY ',
      'dora \u200d day',
      'dora\u2003\u00ad day',
      'd\u00f3ra day',
      'dora \ufffc day',
    ],
    ['\u03bf\u03b4\u03bf\u03c2', '\u03bf\u03b4\u03bf\u03c3', '\u039f\u0394\u039f\u03a3'],
    ['stra\u00dfe', 'STRASSE', 'stra\u1e9ee'],
    ['i', '\u0130', 'I', '\uff29'],
    ['finn', '\ufb01nn', 'FINN'],
    ['user307', 'user\u0663\u0660\u0667', 'user\u09690\u0f27', '\uff55ser307', 'user\u{1d7db}07'],
    ['soren aeroe', 's\u00f8ren \u00e6r\u0153', 'S\u00d8REN \u00c6R\u0152'],
    ['lodz', '\u0142\u00f3d\u017a', '\u0141od\u200bz', '\u3164lo\u034fdz'],
    ['\u3042\u3044', '\u30a2\u30a4', '\uff71\uff72'],
    [
      'dday@corp.example',
      'D.Day@corp.example',
      'd.day+1@corp.example',
      'd.d.a.y+@Corp.Example.',
      'dday+d@day@\uff43orp.example',
    ],
    ['a@b\u00fccher.example', 'a@xn--bcher-kva.example', 'A@BU\u0308CHER.example', 'a@xn--bcher-kva.example.'],
  ]
  for (const [first = '', ...others] of rows)
    for (const other of others) t.equal(spelledOnce(other), spelledOnce(first), JSON.stringify(other))
  for (const [one, other] of [
    ['dora day', 'doraday'],
    ['dora.day', 'doraday'],
    ['a@corp.example', 'a@corp2.example'],
    ['+1@corp.example', '+2@corp.example'],
    ['\u5f20\u4e09', '\u5f20\u56db'],
  ] as const)
    t.not(spelledOnce(one), spelledOnce(other), one)
  const long = Array.from({ length: 256 }, (_, sign) => String.fromCodePoint(0x4e00 + sign)).join('')
  const began = performance.now()
  spelledOnce(long)
  t.ok(performance.now() - began < 250, 'nobody is kept waiting by a name of rare signs')
  t.equal(spelledOnce(`${long}a`), spelledOnce(`${long}b`), 'nor by one so long that no directory is asked')
  t.not(spelledOnce(long), spelledOnce(`${long}a`))
})

t.test('guesses at a directory', { skip: withoutSlapd }, async (t) => {
  const mails = NAMES.filter((name) => name.includes('@'))
  const slapd = await startSlapd(t, [person('dora', ...mails), person('emil', 'emil@corp.example')].join('\n\n'))
  const corp = {
    kind: 'ldap',
    label: 'Corp',
    url: slapd.url,
    base_dn: BASE_DN,
    bind_dn: SERVICE.dn,
    bind_password_variable: 'LDAP_SECRET',
    login_attributes: ['uid', 'mail'],
  }
  const named = { kind: 'ldap', label: 'Named', url: slapd.url, base_dn: BASE_DN, user_dn: `uid={name},${BASE_DN}` }
  const providers = { corp, named: { ...named, subject: 'uid', directory: 'named' } }
  const { app } = await testServer(t, { ...(await catalogueOf(t, providers)), LDAP_SECRET: SERVICE.password })

  async function begin(browser = new Browser(app), provider = 'corp') {
    const page = await browser.open(authorizeUrl(pkcePair().challenge, { redirect_uri: CLAIMED_URI, prompt: 'login' }))
    const { pathname, search } = new URL((await browser.submit(page, `/provider/${provider}`)).headers.location ?? '')
    return { browser, page: await browser.open(`${pathname}${search}`) }
  }
  async function signIn(name: string, password: string, browser?: Browser) {
    const visit = await begin(browser)
    return visit.browser.submit(visit.page, '/password', { name, password })
  }

  const own = new Browser(app)
  t.ok(answerOf(await signIn('dora', 'of dora', own)).code)

  t.test('every name and spelling of an entry together has the attempts of one', async (t) => {
    const { browser, page } = await begin()
    const statuses: number[] = []
    for (let guess = 0; guess < ALLOWED + 10; guess += 1) {
      const name = SPELLINGS[guess % SPELLINGS.length] ?? ''
      statuses.push((await browser.submit(page, '/password', { name, password: `${guess}` })).statusCode)
    }
    t.equal(statuses.filter((status) => status === 422).length, ALLOWED)
    t.equal(statuses.filter((status) => status === 429).length, 10)
    for (const name of SPELLINGS) {
      const right = await browser.submit(page, '/password', { name, password: 'of dora' })
      t.match(right, { statusCode: 429, headers: { 'retry-after': /^\d+$/ } }, `${name}: the right one waits as well`)
    }
  })

  t.test('somebody else, and the person in their own browser, do not wait', async (t) => {
    t.ok(answerOf(await signIn('emil', 'of emil')).code)
    t.ok(answerOf(await signIn('dora', 'of dora', own)).code)
  })

  t.test('of many at once no more are looked at', async (t) => {
    const { browser, page } = await begin()
    const names = ['emil', 'emil@corp.example', 'EMIL', 'Emil@Corp.Example']
    const answers = await Promise.all(
      Array.from({ length: 2 * ALLOWED }, (_, guess) =>
        browser.submit(page, '/password', { name: names[guess % names.length] ?? '', password: `${guess}` }),
      ),
    )
    t.equal(answers.filter(({ statusCode }) => statusCode === 422).length, ALLOWED)
  })

  t.test('a name that leads to nobody waits like one that does', async (t) => {
    const { browser, page } = await begin()
    const statuses: number[] = []
    for (let guess = 0; guess < ALLOWED + 2; guess += 1)
      statuses.push((await browser.submit(page, '/password', { name: 'nobody', password: `${guess}` })).statusCode)
    t.strictSame(statuses.slice(-2), [429, 429])
    t.equal(statuses.filter((status) => status === 422).length, ALLOWED)
  })

  t.test('without a service account, every spelling of a name together has the attempts of one', async (t) => {
    const { browser, page } = await begin(undefined, 'named')
    const names = [
      'emil',
      'EMIL',
      ' Emil ',
      '\uff25\uff2d\uff29\uff2c',
      'em\u00adil',
      'e\u0301mil',
      'em\u0131l',
      '\u1d31\u1d39il',
    ]
    t.ok(answerOf(await browser.submit(page, '/password', { name: 'EMIL', password: 'of emil' })).code)
    const guess = await begin(undefined, 'named')
    const statuses: number[] = []
    for (let tried = 0; tried < ALLOWED + 8; tried += 1) {
      const name = names[tried % names.length] ?? ''
      statuses.push((await guess.browser.submit(guess.page, '/password', { name, password: `${tried}` })).statusCode)
    }
    t.equal(statuses.filter((status) => status === 422).length, ALLOWED)
    for (const name of names)
      t.equal(
        (await guess.browser.submit(guess.page, '/password', { name, password: 'of emil' })).statusCode,
        429,
        name,
      )
  })

  t.test('a directory that is gone is told as that, with 503', async (t) => {
    const { browser, page } = await begin()
    await slapd.stop()
    const told = await browser.submit(page, '/password', { name: 'fay', password: 'of fay' })
    t.match(told, { statusCode: 503, body: /Corp cannot be reached right now/ })
    const refused = await browser.submit(page, '/password', { name: 'emil', password: 'of emil' })
    t.match(refused, { statusCode: 429 }, 'about whose attempts are used up it is not asked again and again')
  })
})
