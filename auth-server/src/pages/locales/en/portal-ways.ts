// Texts of the portal on the ways to sign in that APIs and applications offer, in English.
export const PORTAL_WAYS = {
  title: 'Ways to sign in',
  leadOfApplication:
    'An application narrows what its APIs offer, and never widens it. Whoever is signed in by another way signs in again for it.',
  leadOfApi:
    'How people sign in who come for an API. Whoever is signed in by another way signs in again for it; logins that there are go on until they end.',
  atApi: (api: string) => `What people see for ${api}`,
  narrowed: 'An application can leave less of it, never more.',
  nobody: 'No way is left: nobody gets in.',
  straight: 'people are led there at once',
  routed: (domains: string) => `also whoever types an address at ${domains} and no password`,
  change: 'Change it',
  legend: 'What is offered',
  every: 'Every way that there is',
  everyOfApis: 'Every way that its APIs offer',
  chosen: 'These alone, in this order:',
  own: 'Accounts of this server, by password or passkey',
  gone: (provider: string) => `${provider} (not configured any more)`,
  notOffered: 'not offered',
  place: (place: number) => `place ${place}`,
  default: 'Where people are led at once',
  defaultHint:
    'It has to be one of those that are offered. Whoever comes back from there without a sign-in sees them all.',
  noDefault: 'Nowhere: they choose',
  withDefault: (ways: string, straight: string) => `${ways}; at once to ${straight}`,
  problems: {
    none: 'Choose a place for one way at least: otherwise nobody gets in.',
    default: 'Where people are led at once has to be one of the ways that are offered.',
  },
}
