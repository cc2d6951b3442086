// The texts of the page at `/` in English: for people, and for the developer of `npm start`.

export const LANDING = {
  people: {
    lead: 'This server signs people in to apps. In your account you see which apps may act for you, and end what you do not want any more.',
    toAccount: 'Your account',
    hint: 'To sign in to an app, open the app.',
  },
  development: {
    title: 'Development',
    allRun: 'Everything runs',
    someMissing: 'Something does not run',
    someMissingHint: 'Look at the terminal of npm start: it says what ended, and starts it again.',
    runs: 'Runs',
    away: 'Does not answer',
    parts: {
      auth: 'Auth server',
      gateway: 'Gateway',
      demoApi: 'Demo API',
      pluginServer: 'Plugin server',
      database: 'Database',
    },
    signIn: 'Sign in',
    signInLead: 'As the person of the demo, or make an account of your own on the way.',
    email: 'E-mail address',
    password: 'Password',
    toAccount: 'Open the account',
    call: 'Call the API',
    callLead: 'In a second terminal, in the folder of the project:',
    commands: {
      demo: 'Plays the mobile app: sign-in, tokens, calls up to the limit, refresh.',
      browser: 'The same, and you sign in with your browser.',
      curl: 'No token, no entry: 401.',
      setup: 'Makes you the administrator, by a link.',
    },
    app: 'Set up your app',
    appLead: 'auth-server/docs/apps.md and phones.md say more.',
    issuer: 'Issuer',
    clientId: 'Client ID',
    redirectUris: 'Redirect URIs',
    api: 'API',
    links: 'Look at',
    discovery: 'Discovery: the addresses and abilities of the auth server',
    resourceMetadata: 'Metadata of the API: which server gives tokens for it',
    keys: 'The keys that tokens are signed with',
    mails: 'Mails',
    mailsLead:
      'No mail leaves this machine. Their links and codes are in the terminal, the mails themselves in this folder:',
    refusals: 'Refused lately',
    noRefusals: 'Nothing was refused since the auth server started.',
    refusalsNote:
      'Requests that the auth server refused, the last one first; what the gateway refuses, it says in its answer.',
  },
}
