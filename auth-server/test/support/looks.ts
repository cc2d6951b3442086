// Looking at a page in Chromium as everybody does: small and large, zoomed, light and dark, and by axe.
import type { Page } from 'playwright-core'
import type { Test } from 'tap'
import { violationsOf } from './axe.ts'
import { shortcomingsOf } from './page-facts.ts'

const LOOKS = [
  ['light', 320, 100],
  ['dark', 390, 200],
  ['light', 1280, 100],
] as const

/** Everything about the page is fine, however it is looked at. @param language that it should be in */
export async function expectFine(t: Test, page: Page, language: string): Promise<void> {
  for (const [colorScheme, width, percent] of LOOKS) {
    const what = `${await page.title()}: ${colorScheme}, ${width} px, ${percent} %`
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 844 })
    await page.evaluate((size) => document.documentElement.style.setProperty('font-size', size), `${percent}%`)
    t.strictSame(await page.evaluate(shortcomingsOf, language), [], what)
    await page.evaluate(() => document.documentElement.style.removeProperty('font-size'))
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    t.strictSame(await violationsOf(page), [], `${await page.title()}: ${colorScheme}`)
  }
}
