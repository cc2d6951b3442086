// A whole sign-up in a real browser: from the app's tap to the app, with the mail in between, and every page on the way looked at.
import t from 'tap'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { openMailbox } from '../support/mailbox.ts'
import { shortcomingsOf } from '../support/page-facts.ts'
import { personAt } from '../support/person.ts'
import { testSite } from '../support/site.ts'

const PASSWORD = 'seven green lanterns'

t.test('signs up on a phone, by code, by link and by another browser', needsChromium, async (t) => {
  const mailbox = await openMailbox(t)
  const site = await testSite(t, mailbox.environment)
  const { visit, answer, arrive, press, success } = personAt(site.origin)
  const open = await launchChromium(t)
  const folder = process.env.SCREENSHOTS

  for (const scheme of ['light', 'dark'] as const)
    for (const [language, texts] of [
      [
        'en',
        {
          offer: 'Create an account',
          send: 'Send the mail',
          check: 'Check your mail',
          go: 'Continue',
          choose: 'Choose a password',
          done: 'Create the account',
          email: 'E-mail address',
          code: 'Code of six digits',
          password: 'New password',
        },
      ],
      [
        'de',
        {
          offer: 'Konto anlegen',
          send: 'Nachricht senden',
          check: 'Sehen Sie in Ihre E-Mails',
          go: 'Weiter',
          choose: 'Passwort wählen',
          done: 'Konto anlegen',
          email: 'E-Mail-Adresse',
          code: 'Sechsstelliger Code',
          password: 'Neues Passwort',
        },
      ],
    ] as const)
      await t.test(`by code: ${scheme}, ${language}`, async (t) => {
        const phone = await open(t, { colorScheme: scheme })
        const page = await visit(phone, { ui_locales: language })
        const look = async (name: string) => {
          t.strictSame(await page.evaluate(shortcomingsOf, language), [], name)
          if (folder) await page.screenshot({ path: `${folder}/${name}-${scheme}-${language}.png`, fullPage: true })
        }
        await look('login-with-offers')
        await page.getByRole('link', { name: texts.offer, exact: true }).click()
        await arrive(page, texts.offer)
        await page.getByLabel(texts.email).fill(`eve-${scheme}-${language}@example.com`)
        await look('sign-up')
        await press(page, texts.send)
        await arrive(page, texts.check)
        await page.getByLabel(texts.code).fill('000')
        await press(page, texts.go)
        await page.getByRole('alert').waitFor()
        await look('check-mail')
        const [mail] = await mailbox.deliver(site)
        await page.getByLabel(texts.code).fill(mail?.code ?? '')
        await press(page, texts.go)
        await arrive(page, texts.choose)
        await page.getByLabel(texts.password).fill('password12')
        await press(page, texts.done)
        await page.getByRole('alert').waitFor()
        await look('new-password')
        await page.getByLabel(texts.password).fill(PASSWORD)
        t.match(await answer(page, () => press(page, texts.done)), success)
        t.strictSame(phone.complaints, [])
      })

  await t.test('by link in another browser; then the app’s own signs in', async (t) => {
    const phone = await open(t)
    const page = await visit(phone)
    await page.getByRole('link', { name: 'Create an account' }).click()
    await page.getByLabel('E-mail address').fill('grace@example.com')
    await press(page, 'Send the mail')
    await arrive(page, 'Check your mail')
    const [mail] = await mailbox.deliver(site)
    const desk = await open(t)
    const reader = await desk.tab()
    await reader.goto(mail?.link ?? '')
    await arrive(reader, 'Create an account?')
    t.strictSame(await reader.evaluate(shortcomingsOf), [])
    if (folder) await reader.screenshot({ path: `${folder}/confirm.png` })
    await press(reader, 'Go on')
    await arrive(reader, 'Choose a password')
    await reader.getByLabel('New password').fill(PASSWORD)
    await press(reader, 'Create the account')
    await arrive(reader, 'Your account is ready')
    t.strictSame(await reader.evaluate(shortcomingsOf), [])
    if (folder) await reader.screenshot({ path: `${folder}/done-elsewhere.png` })
    await reader.goto(mail?.link ?? '')
    await arrive(reader, 'This link is of no use any more')
    t.strictSame(await reader.evaluate(shortcomingsOf), [])
    await page.getByRole('link', { name: 'I have an account already' }).click()
    await page.getByLabel('E-mail address').fill('grace@example.com')
    await page.getByLabel('Password').fill(PASSWORD)
    t.match(await answer(page, () => press(page, 'Sign in')), success)
    t.strictSame([...phone.complaints, ...desk.complaints], [])
  })
})
