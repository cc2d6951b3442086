// Texts of the developer portal in English: its frame, its first page, and who is let in.
import { type Html, html } from '../../html.ts'
import { ADMINISTRATION_NEWS } from './portal-administration.ts'

function name(text: string): Html {
  return html`<strong>${text}</strong>`
}

export const PORTAL = {
  title: 'Developer portal',
  toPortal: 'Developer portal',
  detail: 'Your apps, and the APIs that they call',
  parts: { navigation: 'Sections', menu: 'Menu' },
  /** As the navigation and the overview name them. */
  sections: {
    applications: { title: 'Applications', detail: 'Your apps: credentials, redirect URIs, subscriptions' },
    apis: { title: 'APIs', detail: 'What there is to call, and how to subscribe' },
    approvals: { title: 'Approvals', detail: 'Which apps wait for your decision' },
    usage: { title: 'Usage', detail: 'How often your apps call, and what was refused' },
    help: { title: 'Help', detail: 'What to write in the app, for each platform' },
    tryIt: { title: 'Try it', detail: 'A whole sign-in and a call, step by step' },
    administration: { title: 'Administration', detail: 'People, applications, keys, the audit log' },
  },
  /** What a form has done, on the page that it leads back to. */
  news: {
    ...ADMINISTRATION_NEWS,
    becameDeveloper: 'You are a developer now.',
    subscriptionEnded: 'It is over.',
  },
  chooseApp: {
    lead: 'Which application is it about?',
    none: 'You have no application that people sign in to yet. Register one first.',
    otherApis: 'Its other APIs:',
  },
  overview: {
    lead: 'Register an app, subscribe it to an API, and write its client ID into the app.',
  },
  become: {
    title: 'You are not a developer here yet',
    lead: (person: string) =>
      html`You are signed in as ${name(person)}. This part of the server is for those who make apps.`,
    ask: 'To become a developer, ask whoever runs this server to invite you.',
    open: 'Everybody with an account here may make apps. You can register apps then, and subscribe them to APIs.',
    button: 'Become a developer',
    toAccount: 'Your account',
  },
  notFound: {
    title: 'This is not here',
    lead: 'It was taken away, or it is not yours to see.',
  },
  problem: {
    title: 'That did not work',
    lead: 'Nothing has changed. Go back and look at what you sent.',
  },
  refused: {
    title: 'This was not saved',
    leads: {
      precondition_failed:
        'Somebody changed it while this page was open. Look at what is there now, then decide again.',
      conflict: 'It does not fit what there is.',
      invalid_request: 'Something in the form cannot be meant.',
    },
  },
  over: {
    title: 'This sign-in has ended',
    lead: 'It was finished, took more than an hour, or began in another browser.',
  },
  secondFactor: {
    title: 'This takes a second factor',
    lead: 'Whoever approves or administers signs in with a password and something else: an authenticator app, or a passkey. Set one up in your account, then come back.',
    button: 'Set up a second factor',
  },
}
