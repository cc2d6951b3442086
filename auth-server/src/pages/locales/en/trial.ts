// The texts of “Try it” in English: a sign-in as an app does it, request by request.
import { type Html, html } from '../../html.ts'

function code(text: string): Html {
  return html`<code>${text}</code>`
}

export const TRIAL = {
  title: 'Try it',
  lead: (app: string) =>
    html`Signs you in as <strong>${app}</strong> does on a phone, and shows what goes over the wire. The sign-in pages are the real ones, and so are the tokens: you sign in as yourself, and what the API does, it does.`,
  phone: 'The app on a phone',
  wire: 'The wire',
  steps: {
    prepare: 'Prepare',
    signIn: 'Sign in',
    tokens: 'Get tokens',
    call: 'Call the API',
  },
  state: {
    none: 'Nobody is signed in to the app.',
    prepared: 'The app has made its secrets. It now opens the browser.',
    asked: 'The app waits. Sign in in the other tab, then come back here.',
    failed: 'The app was not given tokens. What came back stands on the wire.',
    called: (status: number) => html`The API answered ${code(String(status))}`,
    notCalled: 'The call got no answer',
    left: (count: string) => `${count} calls left`,
    signedIn: (sub: string) => html`Signed in. The app knows you as ${code(sub)}`,
  },
  seeWire: 'See it on the wire',
  begin: 'Try to sign in',
  again: 'Begin anew',
  open: 'Open the sign-in pages',
  openAgain: 'Open them once more',
  inNewTab: 'In a tab of its own',
  end: 'End the trial',
  path: 'Path below the API',
  callButton: 'Call',
  minutes: (count: number) =>
    count === 1
      ? 'The trial ends in a minute, and its tokens with it.'
      : `The trial ends in ${count} minutes, and its tokens with it.`,
  withoutScript: 'Without script this page does not follow by itself: reload it after each step.',
  nothingYet: 'Nothing was sent yet. What the app sends, and what it is answered, appears here.',
  notPlayable: 'This application signs nobody in: it calls for itself. There is nothing to try here.',
  notApproved:
    'This application has no approved subscription to an API, so nobody can sign in to it yet. Once one is approved, you can try it here.',
  problems: {
    path: 'That is no path below the API. Write it like /orders?page=2, without “..” and without another host.',
    gone: 'The trial has ended. Begin another one.',
    tooManyCalls: 'This trial has made all the calls that it may. Begin another one.',
  },
  done: {
    title: 'Back in the app',
    lead: 'On a phone the app would be in front of you now. Go back to the tab with the trial: it goes on there.',
    link: 'Or go on here',
    lost: 'No trial waits for this',
    lostLead:
      'The answer belongs to a trial that has ended, that was answered already, or that was begun in another browser. Nothing happened.',
  },
  ask: {
    title: 'The app asks for a sign-in',
    lead: 'It opens this address in the browser of the phone, never in a web view of its own.',
    parameters: {
      response_type: 'A code comes back, no token: whatever else reads the answer on the phone can do nothing with it.',
      client_id: 'Which app is asking. Public, and no secret.',
      redirect_uri: 'Where the answer goes. In this trial it is a page of this server, in your own browser alone.',
      scope: 'What the app wants to do, and openid for an ID token.',
      resource: 'Which API the token is for. No other one takes it.',
      state: 'Made up for this sign-in. The answer has to bring it back, so that nobody slips in another one.',
      nonce: 'Made up as well; it stands in the ID token, which is then for this sign-in alone.',
      code_challenge: 'The SHA-256 of a secret that stays in the app (PKCE).',
      code_challenge_method: 'How the challenge is made: SHA-256, the one way that counts here.',
    },
    pushed:
      'This application has to push these parameters to the server first (PAR), and opens the browser with a request_uri ' +
      'alone. The trial leaves that out, because nobody but this server could have begun it.',
    elsewhere: (uri: string) => html`The app itself is answered at ${code(uri)}`,
  },
  waits: {
    title: 'You sign in',
    lead: 'Between the browser and this server alone. The app sees nothing of it, and no password.',
  },
  back: {
    title: 'The answer comes back',
    lead: 'The browser is sent to the redirect URI. That opens the app.',
    parameters: {
      code: 'Good once, for a minute, and for nobody without the secret behind the challenge.',
      state: 'The same as was sent: the app goes on. Otherwise it would stop here.',
      iss: 'Which server answers. The app compares it with the one that it asked.',
      error: 'Why there is no code.',
      error_description: 'The same in words, for developers.',
    },
    otherIssuer: 'It names another server: an app has to stop here.',
  },
  redeem: {
    title: 'The app redeems the code',
    lead: 'Straight from the app to the server, past the browser.',
    parameters: {
      grant_type: 'What is offered for tokens: a code.',
      code: 'The one that came back.',
      redirect_uri: 'The same address as before.',
      client_id: 'The app once more.',
      code_verifier: 'The secret behind the challenge. Its SHA-256 is the code_challenge: so it is the same app.',
    },
    secret:
      'This application proves itself with a secret or a key as well. This server does not know it, so the trial left it out.',
    bound: 'The tokens of this application are bound to a key (DPoP). The trial made one, and signs each call with it.',
    answer: 'The answer',
    members: {
      access_token: 'For the API. Shown without its signature: it is good for nothing like this.',
      token_type: 'How it is sent.',
      expires_in: 'For how many seconds it is good.',
      scope: 'What you allowed the app to do.',
      id_token: 'For the app: who signed in, and when. It is never sent to an API.',
      refresh_token: 'Gets the next tokens without a sign-in. The trial does without one.',
    },
    leftOut: 'left out',
    problem: 'No tokens',
  },
  decoded: {
    accessToken: 'The access token, decoded',
    accessLead:
      'The gateway checks signature, issuer, audience, time and scopes. This page checks nothing, it only decodes.',
    idToken: 'The ID token, decoded',
    idLead: 'For the app. It checks that iss, aud and nonce are the ones that it knows.',
    header: 'Header',
    claims: 'Claims',
  },
  call: {
    title: 'The app calls the API',
    lead: 'The gateway verifies the token, counts the call for this person and this app, and tells the backend who calls.',
    byServer: 'Sent by this server, to the address that the catalogue has for the API.',
    proofValue: 'a new JWT',
    proof: 'A proof for this one call, signed with the key that the token is bound to.',
    answer: 'The answer',
    quota: 'The quota',
    quotaLead: 'One counter for each person and app.',
    received: 'What the backend received',
    receivedLead: 'The backend has sent back what reached it.',
    told: 'What the gateway tells the backend',
    toldLead: 'By this token. Whatever a client sends under these names is removed.',
    body: 'Body',
    cut: 'The beginning; the answer is longer.',
    notText: 'The answer is no text, so it is not shown.',
    empty: 'Empty',
    problems: {
      forbidden:
        'This server may not call that address: it is neither public nor named in GATEWAY_ADDRESSES by the operator.',
      unreachable: 'Nobody answered at that address, or not in HTTP.',
      slow: 'There was no whole answer within ten seconds.',
    },
  },
}
