// What the definition of an API has to be like; the database insists on the same. Pure.
import { refusal } from '@mobile-api-gateway/sdk/contract/refusals.ts'
import {
  type ApiDefinition,
  MANAGEMENT_API,
  PORTAL_API,
  REVOCATIONS_API,
  type SignInOffer,
} from '../store/tables/apis.ts'
import { CatalogueRefusal } from './refusal.ts'
import { registrationProblems } from './registration-rules.ts'

/** Thrown when a definition breaks a rule; `message` says what to write instead. */
export class InvalidApi extends CatalogueRefusal {
  override name = 'InvalidApi'
  constructor(problem: string) {
    super(refusal('invalid_api', problem))
  }
}

/** APIs of the server itself, which it defines when it starts: nobody else can. */
const BUILT_IN: readonly string[] = [REVOCATIONS_API, MANAGEMENT_API, PORTAL_API]

export function isBuiltInApi(id: string): boolean {
  return BUILT_IN.includes(id)
}

/** Of APIs, plans and groups: they stand in URLs, in tokens and in kong.yml. */
const SHORT_NAME = /^[a-z][a-z0-9-]{0,62}$/
/** RFC 6749 §3.3. */
const SCOPE = /^[!#-[\]-~]{1,128}$/
// It stands on pages where people decide: no control characters, nothing that turns the writing around.
const WORDS = /^[^\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]*$/u
const MAX_WORDS = 200
const MAX_RESOURCE = 500

/** @throws {InvalidApi} */
export function requireSoundApi(definition: ApiDefinition): void {
  for (const problem of apiProblems(definition)) throw new InvalidApi(problem)
}

function* apiProblems({
  id,
  name,
  description = '',
  resource,
  scopes,
  plans,
  planDescriptions = {},
  guests,
  tokenGroups = [],
  eventsUri,
  signIn,
  registration,
  signUp,
}: ApiDefinition) {
  if (isBuiltInApi(id)) yield `The API ${id} is the server's own: take another id.`
  if (!SHORT_NAME.test(id)) yield shortNameProblem('The id of an API')
  if (name.trim() === '' || !isWords(name)) yield 'The name of an API has 1 to 200 visible characters.'
  if (!isWords(description)) yield 'The description of an API has 200 visible characters at most.'
  const problem = resourceProblem(resource)
  if (problem !== undefined) yield problem
  for (const [scope, said] of Object.entries(scopes)) {
    const { description: words, group = undefined } = typeof said === 'string' ? { description: said } : said
    if (!SCOPE.test(scope)) yield `${scope} is no scope: those have visible ASCII characters without " and \\.`
    if (!isWords(words)) yield `What ${scope} allows is told in 200 visible characters at most.`
    if (group !== undefined && !SHORT_NAME.test(group)) yield shortNameProblem('The name of a group')
  }
  for (const plan of plans) if (!SHORT_NAME.test(plan)) yield shortNameProblem('The name of a plan')
  for (const [plan, words] of Object.entries(planDescriptions)) {
    if (!plans.includes(plan)) yield `${plan} is described and is none of the plans of ${id}: ${plans.join(', ')}.`
    if (!isWords(words)) yield `What the plan ${plan} is for is told in 200 visible characters at most.`
  }
  for (const group of tokenGroups) if (!SHORT_NAME.test(group)) yield shortNameProblem('The name of a group')
  if (guests && !plans.includes(guests.plan)) yield `Guests of ${id} need one of its plans: ${plans.join(', ')}.`
  for (const scope of guests?.scopes ?? [])
    if (!Object.hasOwn(scopes, scope)) yield `Guests of ${id} cannot have ${scope}, which is none of its scopes.`
  const offerProblem = signIn && signInProblem(signIn)
  if (offerProblem !== undefined) yield offerProblem
  if (signUp !== undefined && typeof signUp !== 'string') yield* domainProblems(signUp.domains)
  if (registration) yield* registrationProblems(registration, Object.keys(scopes))
  if (eventsUri !== undefined && !isEventsUri(eventsUri))
    yield 'Events of an API go to an https address without user, password and fragment, of 500 characters at most.'
}

const MAX_DOMAINS = 100

function* domainProblems(domains: readonly string[]) {
  if (domains.length === 0) yield 'sign_up names one domain at least.'
  if (domains.length > MAX_DOMAINS) yield `sign_up names ${MAX_DOMAINS} domains at most.`
  if (new Set(domains).size < domains.length) yield 'sign_up names each domain once.'
}

const WAY = /^[a-z][a-z\d-]{0,31}$/
const MAX_WAYS = 20

/** What is wrong with a choice of ways to sign in, whatever providers there are. */
export function signInProblem({ providers, default: straight }: SignInOffer): string | undefined {
  if (providers.length === 0) return 'sign_in.providers names one way to sign in at least: own, or a provider.'
  if (providers.length > MAX_WAYS || providers.some((way) => !WAY.test(way)))
    return `sign_in.providers names ${MAX_WAYS} at most, each own or a provider by its name.`
  if (new Set(providers).size < providers.length) return 'sign_in.providers names each way to sign in once.'
  if (straight !== undefined && !providers.includes(straight))
    return `sign_in.default is ${straight}, which is none of sign_in.providers.`
  return undefined
}

/** A choice of ways to sign in, in words; nothing where all are offered. */
export function signInWords(offer: SignInOffer | null): string {
  if (offer === null) return ''
  const { providers, default: straight } = offer
  return providers.join(' ') + (straight === undefined ? '' : `; straight to ${straight}`)
}

/** Plain http is for hosts that the operator has named, which are looked at when something is sent (delivery/api-event.ts). */
function isEventsUri(uri: string): boolean {
  if (uri.length > MAX_RESOURCE || !/^[!-~]+$/.test(uri) || !URL.canParse(uri)) return false
  const { protocol, username, password, hash } = new URL(uri)
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === ''
}

/** Of a group of people. @throws {InvalidApi} */
export function requireSoundGroup({ name, description }: Readonly<{ name: string; description: string }>): void {
  if (!SHORT_NAME.test(name)) throw new InvalidApi(shortNameProblem('The name of a group'))
  if (!isWords(description)) throw new InvalidApi('A group is described in 200 visible characters at most.')
}

function shortNameProblem(what: string): string {
  return `${what} begins with a small letter and has small letters, digits and -, 63 at most.`
}

function isWords(text: string): boolean {
  return text.length <= MAX_WORDS && WORDS.test(text)
}

/** RFC 8707 §2: an absolute URI without fragment. */
function resourceProblem(resource: string): string | undefined {
  if (resource.length > MAX_RESOURCE || !/^[!-~]+$/.test(resource) || !URL.canParse(resource) || resource.includes('#'))
    return 'The resource of an API is an absolute URI without fragment, like https://api.example.com/orders.'
  return undefined
}
