// What axe says of a page in Chromium: a line for each violation of its rules.
import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Empty when axe finds nothing. */
export async function violationsOf(page: Page): Promise<readonly string[]> {
  // By the debugging protocol, so the page's own policy does not hold it off.
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    // A global of the page, put there by the line above.
    const { axe: inPage } = window as unknown as { axe: typeof import('axe-core') }
    const { violations } = await inPage.run(document, { preload: false })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' · ')}`)
  })
}
