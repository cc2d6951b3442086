// Passkeys on our pages: asks the browser for one and posts what it says, as the ordinary form that stands there already.
// A part of a page that needs this is `<div hidden data-passkey="get|create" data-options="/…">` around that form (see
// components/passkey-form.ts); it stays hidden where the browser knows no passkeys. Nothing is imported: own origin, one file.

/** @typedef {{ id: string, type: PublicKeyCredentialType, transports?: AuthenticatorTransport[] }} Descriptor */

/** What the server says in JSON (WebAuthn Level 3 §5.1.8, §5.1.9), as far as it is touched here.
 * @typedef {object} Options
 * @property {string} challenge
 * @property {number} [timeout]
 * @property {{ id: string, name: string, displayName: string }} [user]
 * @property {Descriptor[]} [allowCredentials]
 * @property {Descriptor[]} [excludeCredentials]
 */

/** @param {string} text base64url */
function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))
}

/** @param {ArrayBuffer | null | undefined} buffer */
function base64url(buffer) {
  if (!buffer) return undefined
  const text = btoa(String.fromCharCode(...new Uint8Array(buffer)))
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

/**
 * The options with bytes where the browser wants bytes. Safari before 18.4 has no parseRequestOptionsFromJSON.
 * @param {Options} options
 * @returns {any}
 */
function withBytes({ challenge, user, allowCredentials, excludeCredentials, ...rest }) {
  /** @param {Descriptor} descriptor */
  const binary = (descriptor) => ({ ...descriptor, id: bytes(descriptor.id) })
  return {
    ...rest,
    challenge: bytes(challenge),
    ...(user && { user: { ...user, id: bytes(user.id) } }),
    ...(allowCredentials && { allowCredentials: allowCredentials.map(binary) }),
    ...(excludeCredentials && { excludeCredentials: excludeCredentials.map(binary) }),
  }
}

/**
 * What the server needs of a credential, in JSON. Its toJSON says everything twice, where it has one.
 * @param {Credential | null} credential
 */
function withoutBytes(credential) {
  if (!(credential instanceof PublicKeyCredential)) throw new Error('the browser answered with no passkey')
  const { id, type, response } = credential
  /** @type {Record<string, unknown>} */
  const said = { clientDataJSON: base64url(response.clientDataJSON) }
  if (response instanceof AuthenticatorAttestationResponse) {
    said.attestationObject = base64url(response.attestationObject)
    said.transports = response.getTransports?.() ?? []
  }
  if (response instanceof AuthenticatorAssertionResponse) {
    said.authenticatorData = base64url(response.authenticatorData)
    said.signature = base64url(response.signature)
    said.userHandle = base64url(response.userHandle)
  }
  return JSON.stringify({ id, rawId: id, type, response: said, clientExtensionResults: {} })
}

/** What is waiting for the person to choose a passkey; there can be one at a time. */
let waiting = new AbortController()

/**
 * One ceremony, whose answer is posted.
 * @param {HTMLElement} part
 * @param {'conditional' | undefined} mediation without it the browser asks the person at once
 */
async function run(part, mediation) {
  waiting.abort()
  waiting = new AbortController()
  const { signal } = waiting
  const form = part.querySelector('form')
  const answer = form?.querySelector('input[name=credential]')
  if (!form || !(answer instanceof HTMLInputElement)) return
  const asks = form.querySelector('input[name=mediation]')
  if (asks instanceof HTMLInputElement) asks.value = mediation ?? ''
  const body = new URLSearchParams()
  for (const [name, value] of new FormData(form)) if (typeof value === 'string') body.set(name, value)
  const asked = await fetch(part.dataset.options ?? '', { method: 'POST', body, signal, redirect: 'manual' })
  // The form alone gets the page that says why: the visit is over, or somebody else has signed in.
  if (!asked.ok) return mediation ? undefined : form.submit()
  /** @type {Options} */
  const options = await asked.json()
  // Before its challenge runs out another takes its place, for a person may leave the page open for an hour.
  const renewal = mediation === 'conditional' && part.dataset.passkey === 'get' && options.timeout
  if (renewal) setTimeout(() => signal.aborted || attempt(part, mediation), options.timeout)
  const request = { publicKey: withBytes(options), signal, ...(mediation && { mediation }) }
  const credentials = navigator.credentials
  const credential = await (part.dataset.passkey === 'create' ? credentials.create(request) : credentials.get(request))
  answer.value = withoutBytes(credential)
  form.submit()
}

/**
 * @param {HTMLElement} part
 * @param {'conditional'} [mediation]
 */
async function attempt(part, mediation) {
  const problems = [...part.querySelectorAll('[data-problem]')].filter((element) => element instanceof HTMLElement)
  for (const problem of problems) problem.hidden = true
  try {
    await run(part, mediation)
  } catch (error) {
    const name = error instanceof Error ? error.name : ''
    // Nobody pressed anything, or the next one has begun.
    if (mediation || name === 'AbortError') return
    const problem = problems.find(({ dataset }) => dataset.problem === name) ?? problems.at(-1)
    if (problem) problem.hidden = false
  }
}

/**
 * Whether the browser offers passkeys by itself, in the list of a field (get) or after a password (create).
 * @param {string | undefined} ceremony
 */
async function offersByItself(ceremony) {
  if (ceremony === 'get') return (await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false
  const capabilities = await PublicKeyCredential.getClientCapabilities?.()
  return capabilities?.conditionalCreate ?? false
}

/** @param {HTMLElement} part */
async function begin(part) {
  part.hidden = false
  part.querySelector('form')?.addEventListener('submit', (event) => {
    event.preventDefault()
    attempt(part)
  })
  const { passkey, byItself } = part.dataset
  if (byItself !== undefined && (await offersByItself(passkey))) await attempt(part, 'conditional')
}

/** Tells the browser which passkeys there are (WebAuthn Level 3 §5.1.10), so that it offers no other. */
function signal() {
  const known = document.querySelector('[data-known-passkeys]')
  const text = known instanceof HTMLElement ? known.dataset.knownPasskeys : undefined
  if (text) PublicKeyCredential.signalAllAcceptedCredentials?.(JSON.parse(text)).catch(() => {})
}

/** Tells the server, with a password, that this browser could make a passkey as well. */
async function tellAble() {
  const able = await PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable()
  for (const field of document.querySelectorAll('input[name=passkeys]'))
    if (field instanceof HTMLInputElement) field.value = able ? 'able' : ''
}

for (const unable of document.querySelectorAll('[data-without-passkeys]'))
  if (unable instanceof HTMLElement) unable.hidden = 'PublicKeyCredential' in window
if ('PublicKeyCredential' in window) {
  for (const part of document.querySelectorAll('[data-passkey]')) if (part instanceof HTMLElement) begin(part)
  tellAble().catch(() => {})
  signal()
}
