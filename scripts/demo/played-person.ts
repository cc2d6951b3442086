// The person at the phone, played by HTTP calls, and told step by step.
import { DEMO } from './known.ts'
import type { Narrator } from './terminal.ts'
import { type DemoCredentials, visit } from './user-agent.ts'

/** Goes from an authorization URL to the redirect to the app, which is returned whole. */
export async function throughUserAgent(
  url: string,
  redirectUri: string,
  person: DemoCredentials,
  tell: Narrator,
): Promise<string> {
  const what = person.mailedCode ? 'The person signs up' : 'The person logs in'
  const hint =
    person.mailedCode || person.email !== DEMO.email ? '.' : '; `npm run demo -- --browser` lets you do it yourself.'
  tell.step(what, `Played here by HTTP calls${hint}`)
  return visit(url, redirectUri, person, {
    onPage: (title, page) => tell.say(`page "${title}" at ${shownAddress(page, url)}`),
    onLink: (href) => tell.say(`  follow the link to ${href}`),
    onSubmit: ({ action, button, fields }) => {
      const typed = [
        ...(fields.has('email') ? [`${person.email}, `] : []),
        ...(fields.has('password') ? ['password, '] : []),
        ...(fields.has('code') ? ['code of the mail, '] : []),
      ].join('')
      tell.say(`  ${typed}press "${button}": POST ${shownAddress(action.href, url)}`)
    },
    onRedirect: (status, location) => tell.say(`${status} to ${location.split('?')[0]}`),
  })
}

/** Of the server that was asked, the path alone. */
function shownAddress(address: string, asked: string): string {
  const { origin, pathname } = new URL(address)
  return origin === new URL(asked).origin ? pathname : origin + pathname
}
