// The settings of an LDAP directory: where it is, whom it has, and which attributes say what.
import { X509Certificate } from 'node:crypto'
import { flagField, optional, secretField, textField } from '../fields.ts'
import type { ProviderField } from '../provider.ts'

export const ATTRIBUTE = /^[A-Za-z][A-Za-z\d-]{0,63}$/

function attributeField(about: string): ProviderField<string> {
  return {
    about,
    parse: (value) =>
      typeof value === 'string' && ATTRIBUTE.test(value)
        ? { value }
        : { problem: 'has to be the name of an attribute' },
  }
}

const SERVER: ProviderField<URL> = {
  about:
    'the directory: ldaps://HOST, or ldap://HOST, which is upgraded by StartTLS before anything is said; on this machine it may do without',
  parse(value) {
    const url = typeof value === 'string' ? URL.parse(value) : null
    const isPlain = url?.username === '' && url.search === '' && url.hash === '' && /^\/?$/.test(url.pathname)
    return url && isPlain && /^ldaps?:$/.test(url.protocol) && url.hostname !== ''
      ? { value: url }
      : { problem: 'has to be ldaps://HOST or ldap://HOST, with a port if it is another, and nothing else' }
  },
}

const LOGIN_ATTRIBUTES: ProviderField<readonly string[]> = {
  about: 'the attributes in which what people type is looked for; in one of them it has to stand whole',
  byDefault: ['uid'],
  parse: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && ATTRIBUTE.test(each))
      ? { value }
      : { problem: 'has to be a list of attributes, like [uid, mail]' },
}

const AUTHORITIES: ProviderField<readonly string[]> = {
  about: 'certificates in PEM by which its own is believed, where that is not by a public authority',
  byDefault: [],
  parse(value) {
    const all = Array.isArray(value) ? value.filter((each) => typeof each === 'string' && isCertificate(each)) : []
    return Array.isArray(value) && all.length === value.length && all.length > 0
      ? { value: all }
      : { problem: 'has to be a list of certificates in PEM' }
  },
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined
  } catch {
    return false
  }
}

const TEMPLATE: ProviderField<string> = {
  about:
    'instead of a service account, whose name an entry has: with {name} for what people type, like uid={name},ou=people,dc=example,dc=com',
  parse: (value) =>
    typeof value === 'string' && value.split('{name}').length === 2
      ? { value }
      : { problem: 'has to be a distinguished name with {name} in it, once' },
}

/** Attributes that no two entries anywhere have in common; all others tell the entries of one directory apart. */
export const UNIQUE_ANYWHERE = ['entryuuid', 'objectguid', 'objectsid', 'nsuniqueid', 'ipauniqueid']

const DIRECTORY: ProviderField<string> = {
  about:
    'a name of your own for the directory, by which its people are known: needed where `subject` is unique in one directory only, or another one has or had the same `base_dn`. It stays when the directory moves, and is another for another directory',
  parse: (value) =>
    typeof value === 'string' && /^[a-z][a-z\d-]{0,31}$/.test(value)
      ? { value }
      : { problem: 'has to be a name: small letters, digits and -, 32 at most, a letter first' },
}

/** The settings of a directory. */
export const FIELDS = {
  url: SERVER,
  base_dn: textField('below which people are, like ou=people,dc=example,dc=com'),
  bind_dn: optional(textField('the service account that looks them up')),
  bind_password_variable: optional(secretField('the environment variable with its password')),
  user_dn: optional(TEMPLATE),
  login_attributes: LOGIN_ATTRIBUTES,
  object_class: { ...attributeField('the class of the entries of people'), byDefault: 'person' },
  subject: {
    ...attributeField(
      'the attribute that never changes about an entry; never its name (objectGUID in Active Directory)',
    ),
    byDefault: 'entryUUID',
  },
  directory: optional(DIRECTORY),
  email: { ...attributeField('the attribute with the e-mail address'), byDefault: 'mail' },
  emails_verified: flagField('`true` where nobody but its administrators writes that attribute'),
  name: { ...attributeField('the attribute with the name'), byDefault: 'cn' },
  groups_attribute: optional(attributeField('the attribute of a person that names their groups, like memberOf')),
  group_base_dn: optional(textField('or else below which groups are that name their people')),
  group_member: { ...attributeField('the attribute of a group that names its people'), byDefault: 'member' },
  start_tls: flagField('`true` for StartTLS also on this machine'),
  certificates: AUTHORITIES,
} as const
