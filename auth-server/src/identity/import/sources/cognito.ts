// Amazon Cognito: what `aws cognito-idp list-users` writes. It gives no hashes out.
import { listAt, parsedAt, textAt, valueAt } from '../fields.ts'
import type { SourcePerson } from '../person.ts'

export function readCognito(value: unknown): SourcePerson {
  const attributes =
    listAt(value, 'Attributes').length > 0 ? listAt(value, 'Attributes') : listAt(value, 'UserAttributes')
  const said = new Map(attributes.map((one) => [textAt(one, 'Name') ?? '', textAt(one, 'Value')]))
  const identities = parsedAt({ identities: said.get('identities') }, 'identities')
  return {
    email: said.get('email'),
    isVerified: said.get('email_verified') === 'true',
    name: said.get('name'),
    language: said.get('locale'),
    claims: Object.fromEntries([...said].filter(([name]) => name !== 'address')),
    isSuspended: valueAt(value, 'Enabled') === false,
    hash: undefined,
    belongings: {
      identities: (Array.isArray(identities) ? identities : []).map((one) => ({
        provider: textAt(one, 'providerName') ?? '',
        subject: textAt(one, 'userId') ?? '',
      })),
      stays: { phones: listAt(value, 'MFAOptions').length },
    },
  }
}
