// The demo by its names, as auth-server/catalogue.yml defines it (a test compares the two); the password is of this machine alone.

/** The demo as the README, `npm start` and the tests tell it. */
export const DEMO = {
  clientId: 'demo-app',
  redirectUri: 'com.example.demo:/callback',
  /** Any port matches (RFC 8252 §7.3). */
  loopbackRedirectUri: 'http://127.0.0.1/callback',
  apiId: 'mobile-api',
  plan: 'basic',
  /** What people without an account have, whom the app knows by their device. */
  guests: { plan: 'guest', scopes: ['orders:read'] },
  scopes: {
    'profile:read': 'See your name and e-mail address',
    'orders:read': 'See your orders',
    'orders:write': 'Place and change orders',
  },
  email: 'demo@example.com',
  password: 'correct-horse-battery',
  /** The gateway itself, which reads the feed of revocations; see kong.yml. */
  gatewayClientId: 'gateway',
} as const
