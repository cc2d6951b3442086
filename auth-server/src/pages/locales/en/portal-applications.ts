// Texts of the portal's pages of applications, in English.

export const PORTAL_APPLICATIONS = {
  newOne: 'New application',
  none: 'You have no application yet.',
  more: 'More',
  byFile: 'The operator keeps this application in a file, and changes it there.',
  suspended: 'Suspended: nobody can sign in to it at the moment. Ask the operator.',
  kinds: {
    native: 'App on a phone or computer',
    browser: 'Page that runs in a browser',
    web: 'Website with a server of its own',
    machine: 'Program without people',
  },
  kindDetails: {
    native: 'It is installed, keeps no secret, and people sign in with the system’s browser.',
    browser: 'All of it is sent to the browser, so it keeps no secret either.',
    web: 'Its server proves itself with a secret that no browser sees.',
    machine: 'A server that calls an API for itself, with a secret.',
  },
  steps: {
    of: (step: number, all: number) => `Step ${step} of ${all}`,
    name: 'What is it called?',
    nameLabel: 'Name',
    nameHint:
      'People read it where they sign in and decide what the app may do. Until an administrator vouches for it, the host or scheme of its redirect URI stands beside it.',
    kind: 'What kind of application is it?',
    redirect: 'Where does the answer of a sign-in go?',
    redirectLabel: 'Redirect URI',
    redirectHint: {
      native:
        'Best a link that your app alone opens: https://app.example.com/callback. Or a scheme of your own, a reversed domain name with a path: com.example.app:/callback. On a computer: http://127.0.0.1/callback, any port matches.',
      browser: 'The page that takes the answer, in full: https://app.example.com/callback.',
      web: 'The page that takes the answer, in full: https://www.example.com/callback.',
      machine: '',
    },
    instead: (example: string) => `Write something like ${example}.`,
    review: 'Register it like this?',
    goOn: 'Continue',
    create: 'Register application',
    after: 'It gets its client ID at once. To call an API, it is subscribed to it next.',
    noRedirect: 'None: nobody signs in to it',
  },
  created: {
    title: 'The application is registered',
    whenLost: 'Keep it where your server reads it. When it is lost, make a second one and end this one.',
    toApplication: 'Go to the application',
  },
  credentials: 'Credentials',
  clientId: 'Client ID',
  kind: 'Kind',
  secrets: 'Secrets',
  howMany: (count: number) => (count === 1 ? 'One secret' : `${count} secrets`),
  noSecret: 'None: what ships inside an app is no secret',
  byKey: 'None: it proves itself by a key',
  goOn: 'Use it',
  usage: { title: 'Usage', detail: 'How often it called which API' },
  refusals: { title: 'Refused calls', detail: 'Each with the reason, for seven days' },
  looks: 'Where people decide',
  addresses: 'Addresses',
  verified: 'vouched for by an administrator',
  unverified: 'nobody vouches for it yet, so its host is shown beside it',
  danger: 'Delete',
  deleteOne: 'Delete this application',
  fields: {
    name: { title: 'Name', hint: 'Another name has to be vouched for anew.' },
    brand_color: {
      title: 'Colour',
      hint: 'Six hexadecimal digits, like #1b56d6. It is made darker or lighter until it can be read.',
    },
    policy_uri: { title: 'Privacy policy', hint: 'An https address.' },
    tos_uri: { title: 'Terms', hint: 'An https address.' },
    support_contact: { title: 'Support', hint: 'An e-mail address or an https address.' },
    backchannel_logout_uri: {
      title: 'Back-channel logout',
      hint: 'Where your server hears that somebody signed out; https.',
    },
  },
  lists: {
    redirect_uris: {
      title: 'Redirect URIs',
      hint: 'In full; it is compared letter by letter.',
      label: 'One more redirect URI',
    },
    post_logout_redirect_uris: {
      title: 'After signing out',
      hint: 'Where people may be sent once they have signed out.',
      label: 'One more address',
    },
  },
  noAddress: 'There is none yet.',
  goneCodes: 'Sign-ins under way to an address that you take away end there.',
  endsTrust:
    'An administrator lets this app do without asking people. Only an owner changes this, and a change takes that back until an administrator looks at it again.',
  trustedOwners:
    'An administrator lets this app do without asking people, so how it signs them in is for its owners alone to change. You work on it: ask one of them.',
  trustedOwnersChange:
    'An administrator lets this app do without asking people. Where sign-ins go, and by which keys it proves itself, its owners alone change; ask one of them:',
  add: 'Add',
  remove: 'Remove',
  save: 'Save',
  secretPage: {
    lead: 'Two can live side by side, so that your server changes over without a stop: make the second, bring it out, end the first.',
    one: (id: string) => `Secret ${id}…`,
    created: 'made',
    used: 'last used',
    never: 'never used',
    ends: 'ends',
    addTitle: 'Second secret',
    keep: 'How long does the present one go on?',
    keeps: { '': 'Until I end it', '3600': 'One hour', '86400': 'One day', '604800': 'One week' },
    make: 'Make a second secret',
    end: 'End',
    endTitle: (id: string) => `End the secret ${id}…?`,
    endLosses: ['Whatever still uses it cannot get tokens any more, at once.', 'The other secret then has no end.'],
    madeTitle: 'The second secret',
  },
  keysPage: {
    title: 'Keys',
    howMany: (count: number) => (count === 1 ? 'One key' : `${count} keys`),
    noKey: 'None: it proves itself by a secret',
    noKid: 'Key without a kid',
    lead: 'Your server signs a short statement by a key that never leaves it (private_key_jwt), and this server holds the public half. To change over without a stop, keep the old key in the set until your server signs by the new one.',
    instead: 'It proves itself by a secret at present. With keys in its place, all of its secrets end at once.',
    label: 'Public keys (JWK Set)',
    hint: 'As JSON: {"keys": [{"kty": "EC", "crv": "P-256", "x": "…", "y": "…", "kid": "2026-1"}]}. What you save takes the place of what is there.',
    change: 'End the secrets, use these keys',
    backTitle: 'A secret instead',
    backLosses: [
      'It gets a new secret, which is shown once.',
      'Its keys count no more, at once: until your server sends the secret, it gets no tokens. Logins go on.',
    ],
    back: 'End the keys, make a secret',
    backMade: 'The new secret',
    noWayBack: 'There is no way from keys to a secret for it: what ships inside an app or a page is no secret.',
    problems: {
      json: 'This is not JSON. Paste the whole set, from the first { to the last }; a PEM file is turned into a JWK first.',
      long: 'This is too long: 24,000 characters at most. Leave out certificates (x5c) and keys that are not used.',
      shape: 'A JWK Set is an object whose member keys holds 20 keys at most: {"keys": [ … ]}.',
      member: 'Each member of keys is a JWK, an object like {"kty": "EC", … }.',
      private:
        'There is a private key in it. It has been shown to another server now, so make a new one, and paste its public half alone: without d, and for RSA without p, q, dp, dq and qi.',
      shared: 'A shared key (kty oct) is no public key. Paste a key of type EC, OKP or RSA.',
      text: 'The members of a key are strings of printable ASCII: no accents, no line breaks.',
      size: 'An RSA key has 2048 to 4096 bits. Make a new one, or better an EC key on P-256.',
      unreadable: 'One of the keys cannot be read: members are missing, or the point is not on its curve.',
      none: 'There is no key in it that this server can use: EC on P-256 or P-384, Ed25519, or RSA, for signatures (use sig, or none).',
      kid: 'Several keys need a kid each, and no two the same: it says by which one a statement is signed.',
    },
  },
  team: {
    title: 'People',
    roles: { owner: 'owner', collaborator: 'works on it', handOver: 'takes it over' },
    you: 'you',
    until: 'invited until',
    withdraw: 'Withdraw',
    waiting: 'Invited',
    ownersOnly: 'Who works on it is up to its owners.',
    ownersDecide: 'You work on this app. Its owners invite people and take them out: ask one of them.',
    lastOwner:
      'You are the only owner of this app, and without you it would be nobody’s: invite another owner first, who accepts, or delete the app.',
    makeOwner: 'Make owner',
    leave: 'Leave',
    remove: 'Remove',
    invite: 'Invite somebody',
    email: 'E-mail address',
    emailHint: 'A mail with a link goes there. Whoever accepts it is a developer here from then on.',
    as: 'As what?',
    invitedAs: {
      collaborator: 'To work on it: change it, give it secrets, ask for APIs',
      owner: 'As one more owner, who also deletes it and says who works on it',
      handOver: 'To take it over: they own it then, and I only work on it',
    },
    send: 'Send invitation',
    removing: {
      title: (person: string, app: string) => `Take ${person} out of ${app}?`,
      losses: (app: string) => [
        `They see nothing of ${app} any more, at once.`,
        'Secrets that they know still count: change those.',
      ],
      button: (person: string) => `Remove ${person}`,
    },
    leaving: {
      title: (_person: string, app: string) => `Leave ${app}?`,
      losses: (app: string) => [`You see nothing of ${app} any more, at once.`, 'Only an owner can invite you again.'],
      button: (_person: string) => 'Leave',
    },
  },
  logo: {
    title: 'Logo',
    isThere: 'Uploaded',
    file: 'Image',
    hint: 'PNG, JPEG or WebP, 1 MB at most. It is encoded anew; of what moves, the first frame is kept.',
  },
  phones: {
    title: 'App links, passkeys and attestation',
    lead: 'What Android and Apple know the app by. With it the answer of a sign-in comes by a link that no other app can take.',
    fields: {
      package: { label: 'Package', hint: 'The applicationId, like com.example.shop.' },
      digests: {
        label: 'SHA-256 of its certificates',
        hint: 'One a line, as Google Play shows them under “App signing key”, or keytool.',
      },
      team: { label: 'Team ID', hint: 'Ten capital letters and digits, like ABCDE12345.' },
      bundle: { label: 'Bundle ID', hint: 'Like com.example.shop.' },
    },
    both: 'On both',
    confirmation: 'Confirmation',
    confirmed: 'An administrator has confirmed it; a change ends that',
    waits: 'Waits for an administrator: phones are told nothing yet',
    passkeys: 'Passkeys',
    mayAsk: {
      yes: 'The app itself may ask for passkeys of this server; a change here ends that',
      no: 'The app asks for none; only an administrator can allow that',
    },
    attestation: 'Does the phone vouch for the keys of its devices?',
    attestations: {
      off: 'It is not asked',
      optional: 'It is asked, and a device without it may register all the same',
      required: 'Devices without it cannot register',
    },
    follows: 'What comes of it',
    link: 'Redirect URI of its own',
    nothing: 'Nothing is written: fill in the half of Android, the half of Apple, or both.',
    end: 'Take it away',
    ends: 'Its links open in the browser again, the app asks for no passkeys, and no phone vouches for its devices any more.',
    losesConfirmation:
      'An administrator has confirmed what is stored now. If you save another package, certificate, team or bundle, that is over: until somebody confirms it again, phones are told nothing, the links of the app open in the browser, and it asks for no passkeys.',
    check: {
      title: 'Do phones read it?',
      lead: 'This server fetches its own files over the internet, as a phone does, and holds them against what is stored. What is typed above and not saved does not count.',
      button: 'Check now',
      good: (systems: readonly string[]) =>
        `Checked just now: phones of ${systems.join(' and ')} are told of the app as they should be.`,
      bad: 'Checked just now: something is not as it should be yet.',
      app: 'The app',
      server: 'This server',
      right: 'As it should be',
      record: {
        not_approved: 'It has no approved subscription, or is suspended: phones are told nothing of it.',
        not_confirmed: 'An administrator has not confirmed it yet: phones are told nothing of it.',
        link_not_registered: 'Its own link is not among its redirect URIs any more: save this page again.',
      },
      servers: {
        this_machine: 'Phones cannot reach this machine: links, and passkeys in apps, need a public https address.',
        not_port_443: 'Phones ask by https on port 443 and no other.',
      },
      documents: {
        unreachable: () => 'It cannot be fetched: nothing answers in time, or its certificate is not accepted.',
        not_public: () => 'Seen from here, the name of this server leads to no address of the internet.',
        redirected: (detail: string) => `It is answered by a redirect (${detail}); phones follow none.`,
        status: (detail: string) =>
          detail === '404' ? 'Not found (status 404).' : `It is answered with status ${detail} instead of 200.`,
        content_type: (detail: string) =>
          detail === ''
            ? 'It comes without a content type; it has to be application/json.'
            : `Wrong content type: ${detail}; it has to be application/json.`,
        too_long: () => 'It is longer than 128 KiB, which Apple takes.',
        not_json: () => 'It is not JSON: something on the way answers in place of this server.',
        app_missing: (detail: string) => `It does not name ${detail}.`,
        certificate_missing: (detail: string) => `The certificate ${detail} is missing.`,
        links_missing: (detail: string) => `It gives ${detail} no links.`,
        passkeys_missing: (detail: string) => `It gives ${detail} no passkeys.`,
        different: (detail: string) => `It says something else of ${detail} than what is stored.`,
      },
      beyond:
        'What the app itself says of its links is not looked at here: it has to name this server, in the manifest on Android, by Associated Domains on Apple’s systems. That a link opens it, a sign-in on a phone shows; the checklist has it then.',
      operator:
        'If the app itself is in order, tell whoever runs this server: a proxy or cache in front may be the reason.',
    },
    once: 'The two files name the app once an administrator has confirmed this and it has an approved subscription. Phones of Apple read a copy that can be a day old.',
  },
  deletion: {
    ownersOnly: 'You work on this app. Its owners delete it: ask one of them.',
    title: (app: string) => `Delete ${app}?`,
    people: (count: number | null, isAll: boolean) =>
      count === null && !isAll
        ? 'Everybody is signed out of it (it has more logins than are counted), and its tokens end within two seconds.'
        : count === null
          ? 'Everybody is signed out of it (fewer than five people, or nobody), and its tokens end within two seconds.'
          : `Everybody is signed out of it (${count} people or more), and its tokens end within two seconds.`,
    subscriptions: (names: readonly string[]) =>
      names.length === 1
        ? `Its subscription goes with it: ${names.join('')}.`
        : `Its ${names.length} subscriptions go with it: ${names.join(', ')}.`,
    secrets: (count: number) => (count === 1 ? 'Its secret counts no more.' : `Its ${count} secrets count no more.`),
    keys: (count: number) => (count === 1 ? 'Its key counts no more.' : `Its ${count} keys count no more.`),
    phones: (ids: readonly string[]) =>
      `Phones are told nothing of ${ids.join(' and ')} any more: its links open in the browser, and the app asks for no passkeys.`,
    members: (count: number) => `It is gone for all ${count} people who own it or work on it.`,
    invitations: (count: number) =>
      count === 1 ? 'One invitation to it is over.' : `${count} invitations to it are over.`,
    figures: 'Its figures, refused calls and checklist go with it.',
    forGood: 'Its client ID never comes back.',
    button: (app: string) => `Delete ${app}`,
  },
}
