// Texts of the developer portal in English: its frame, its first page, and who is let in.
import { type Html, html } from '../../html.ts'
import { ADMINISTRATION_NEWS } from './portal-administration.ts'
import { REFUSED } from './portal-refused.ts'

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
    subscriptionApproved: 'Approved. The people of the application are told by mail.',
    subscriptionDeclined: 'Declined. The people of the application are told by mail.',
    applicationCreated: 'The application is there. Write its client ID into the app.',
    applicationChanged: 'Saved.',
    applicationDeleted: 'The application is gone.',
    applicationLeft: 'You have left the application.',
    secretEnded: 'The secret has ended.',
  },
  chooseApp: {
    lead: 'Which application is it about?',
    none: 'You have no application that people sign in to yet. Register one first.',
    otherApis: 'Its other APIs:',
  },
  overview: {
    lead: 'Register an app, subscribe it to an API, and write its client ID into the app.',
    leadOfOthers: 'What is yours to decide and to look after.',
    none: 'You have no app here yet.',
    first: 'Register your first app',
    all: 'All applications',
    sections: 'What there is',
  },
  checklist: {
    title: 'Checklist',
    lead: 'It ticks itself by what your app does, and is written once a day.',
    states: { done: 'Done', not_seen: 'Not seen yet', warning: 'Look at this' },
    since: (day: string) => `Since ${day}.`,
    seen: (what: string) => `Seen: ${what}.`,
    help: 'Help',
    items: {
      pkce: {
        title: 'PKCE',
        done: 'Its sign-ins come with code_challenge.',
        todo: 'Send code_challenge with S256 in each sign-in; libraries do it by themselves.',
        odd: 'Sign-ins came without code_challenge.',
      },
      state: {
        title: 'Another state each time',
        done: 'Each sign-in has a state of its own.',
        todo: 'Send a random state in each sign-in, and compare it when the answer comes.',
        odd: 'The state was missing, or the same one came with another sign-in.',
      },
      browser: {
        title: 'The system browser',
        done: 'It opens the browser of the phone.',
        todo: 'Open the sign-in with ASWebAuthenticationSession on iOS, with a Custom Tab on Android.',
        odd: 'A sign-in was opened in a web view inside an app, where the app could read what is typed.',
      },
      app_links: {
        title: 'Links that are the app’s own',
        done: 'Phones are told of the app, or have opened it by a link that no other app can take.',
        todo: 'Put the app’s package or bundle on record, press “Check now” there, and use its https link as redirect URI.',
        odd: 'The last check found something wrong. What it is, “Check now” tells on the page of app links.',
      },
      refresh: {
        title: 'A lost answer is survived',
        done: 'It sent the same refresh token again, and went on.',
        todo: 'When the answer to a refresh is lost, send the same refresh token once more within two minutes.',
      },
      dpop: {
        title: 'Tokens bound to a key',
        done: 'Its tokens are of no use without its key (DPoP).',
        todo: 'Sign each token request by a key of the device (DPoP), so that a stolen token is of no use.',
      },
      sign_out: {
        title: 'Signing out revokes',
        done: 'It revokes its tokens when somebody signs out.',
        todo: 'Send the refresh token to the revocation endpoint when somebody signs out.',
      },
    },
  },
  become: {
    title: 'You are not a developer here yet',
    lead: (person: string) =>
      html`You are signed in as ${name(person)}. This part of the server is for those who make apps.`,
    ask: 'To become a developer, ask whoever runs this server to invite you.',
    open: 'Everybody with an account here may make apps. You can register apps then, and subscribe them to APIs.',
    administrates:
      'You administer this server. Its developer pages are for who has the role Developer: give it to yourself, or look at everybody’s applications in the administration.',
    toRoles: 'Your roles',
    button: 'Become a developer',
    toAccount: 'Your account',
  },
  tooMany: {
    title: 'Much was changed in a short time',
    lead: (minutes: number) =>
      `Nothing has changed now. It goes on in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}; looking and signing out work meanwhile.`,
  },
  tooManyPages: {
    title: 'Many pages in a short time',
    lead: (minutes: number) =>
      `Pages open again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}; signing out works meanwhile. Programs read the same through the management API.`,
  },
  notFound: {
    title: 'This is not here',
    lead: 'It was taken away, or it is not yours to see.',
  },
  problem: {
    title: 'That did not work',
    lead: 'Nothing has changed. Go back and look at what you sent.',
  },
  refusedForm: {
    title: 'This was not done',
    lead: 'The form is from before your last sign-in here, or did not come from a page of this server. Nothing has changed. Open its page anew, and send it from there.',
    again: 'Open the page anew',
  },
  refused: REFUSED,
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
