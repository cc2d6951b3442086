// Every component as Chromium lays it out: empty, long and wrong, on any screen, in light and dark, in both languages.
import t from 'tap'
import { violationsOf } from '../support/axe.ts'
import { launchChromium, needsChromium } from '../support/chromium.ts'
import { serveComponentPage } from '../support/component-page.ts'
import { shortcomingsOf } from '../support/page-facts.ts'

t.setTimeout(120_000)

t.test('components at Chromium', needsChromium, async (t) => {
  const open = await launchChromium(t)
  const address = await serveComponentPage(t, {
    operatorName: 'Stadtwerke',
    operatorHelpUrl: 'mailto:help@example.com',
  })

  for (const language of ['en', 'de'])
    t.test(`everybody can use every component: ${language}`, async (t) => {
      const phone = await open(t, { locale: language })
      const page = await phone.tab()
      await page.goto(address)
      for (const colorScheme of ['light', 'dark'] as const)
        for (const [width, percent] of [
          [320, 100],
          [390, 200],
          [1280, 100],
        ] as const) {
          const where = `${language}, ${colorScheme}, ${width} px, ${percent} %`
          await page.emulateMedia({ colorScheme })
          await page.setViewportSize({ width, height: 844 })
          await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
          t.strictSame(await page.evaluate(shortcomingsOf, language), [], where)
          t.strictSame(await violationsOf(page), [], where)
        }
      t.strictSame(phone.complaints, [])
    })

  t.test('a line of the summary of problems leads to its field', async (t) => {
    const page = await (await open(t)).tab()
    await page.goto(address)
    await page.getByRole('link', { name: 'It has fewer than eight characters.' }).click()
    t.match(await page.evaluate(() => document.querySelector(':target')?.id), 'secret')
  })
})
