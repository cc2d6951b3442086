// A check elsewhere: what people type is posted, signed, to the operator's own address, which says who that is.
import { randomSecret } from '../../crypto/random.ts'
import { readWebhookSecrets, type WebhookSecrets, webhookHeaders } from '../../crypto/webhook.ts'
import { typedAnswer, typedHere } from './ask-here.ts'
import { addressField, flagField, secretField } from './fields.ts'
import { isObject, subjectOf } from './oauth2.ts'
import { isKeepable, type ProviderField, providerKind, type UpstreamIdentity, WrongCredentials } from './provider.ts'

function secretsField(about: string): ProviderField<WebhookSecrets> {
  const { parse } = secretField(about)
  return {
    about,
    parse(value, environment) {
      const read = parse(value, environment)
      if ('problem' in read) return read
      const secrets = readWebhookSecrets(read.value)
      return secrets
        ? { value: secrets }
        : { problem: `names ${String(value)}, which has to hold whsec_… (24 to 64 bytes in base64), or two of them` }
    },
  }
}

export const HTTP_CHECK = providerKind(
  {
    title: 'Check by HTTP',
    register:
      'People type the name and the password of your own system on a page of this server, which posts `{"name", "password"}` in JSON to `url`, signed as [Standard Webhooks](https://www.standardwebhooks.com) say: verify that, and refuse what is older than five minutes. Answer 200 with `{"sub", "email", "email_verified", "name"}` and whatever else you want to tell (`sub` never changes and is needed), or 401 where name or password are wrong; with `{"sub"}` where you know whose name it is, and people have several or spell it in ways of your own, guesses are counted by that, too. Whatever else comes means that it cannot be reached. Never log what is posted.',
    fields: {
      url: addressField('where it is posted', { query: true }),
      secret_variable: secretsField(
        'the environment variable with the secret that signs, whsec_…; two while one follows the other',
      ),
      emails_verified: flagField(
        '`true` where every address that it tells counts as verified; otherwise it says `email_verified: true`',
      ),
    },
  },
  ({ url, secret_variable: secrets, emails_verified: areVerified }, { fetchFrom, knock, reach, ownAddress }) => {
    // A name space of its own: whatever it calls people, they are nobody else's.
    const issuer = `http-check:${url}`
    const { origin } = new URL(ownAddress('callback'))
    const fetch = fetchFrom(new URL(url).hostname.replace(/^\[|\]$/g, ''))
    return {
      ...typedHere(issuer, origin),
      askedAt: url,
      // It is asked nothing: whatever it makes of a request without a name, it would note it.
      prepare: () => knock(url, 'this server'),
      finish({ parameters, admit = async () => {} }) {
        const body = JSON.stringify(typedAnswer(parameters))
        return reach(async () => {
          const headers = webhookHeaders(secrets, {
            id: `msg_${randomSecret(16)}`,
            timestamp: Math.floor(Date.now() / 1000),
            body,
          })
          const response = await fetch(url, {
            method: 'POST',
            headers: { ...headers, accept: 'application/json' },
            body,
          })
          if (response.status === 401) {
            const whose = await response.json().then(wrongSubject, () => undefined)
            if (whose !== undefined) await admit(whose)
            throw new WrongCredentials()
          }
          if (response.status !== 200) throw new Error(`the check answered ${response.status}`)
          const identity = identityOf(issuer, await response.json(), areVerified)
          await admit(identity.subject)
          return identity
        })
      },
    }
  },
)

/** Whose password it was not, where the check says so. */
function wrongSubject(claims: unknown): string | undefined {
  const sub = isObject(claims) ? claims.sub : undefined
  return isKeepable(sub) ? sub : undefined
}

function identityOf(issuer: string, claims: unknown, areVerified: boolean): UpstreamIdentity {
  if (!isObject(claims)) throw new Error('the answer of the check is no object')
  const { sub, email, email_verified, name } = claims
  return {
    issuer,
    subject: subjectOf(sub),
    ...(typeof email === 'string' && { email }),
    emailVerified: areVerified || email_verified === true,
    ...(typeof name === 'string' && { name }),
    claims,
  }
}
