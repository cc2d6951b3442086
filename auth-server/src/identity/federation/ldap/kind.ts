// LDAP: what people type is looked up in a directory, whose entry is then asked whether the password is its own.
import { X509Certificate } from 'node:crypto'
import { isLoopbackHost } from '../../../http/outbound/public-address.ts'
import { flagField, optional, secretField, textField } from '../fields.ts'
import { type ProviderField, providerKind } from '../provider.ts'
import { openLdap } from './protocol.ts'

const ATTRIBUTE = /^[A-Za-z][A-Za-z\d-]{0,63}$/

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

const FIELDS = {
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
  email: { ...attributeField('the attribute with the e-mail address'), byDefault: 'mail' },
  emails_verified: flagField('`true` where nobody but its administrators writes that attribute'),
  name: { ...attributeField('the attribute with the name'), byDefault: 'cn' },
  groups_attribute: optional(attributeField('the attribute of a person that names their groups, like memberOf')),
  group_base_dn: optional(textField('or else below which groups are that name their people')),
  group_member: { ...attributeField('the attribute of a group that names its people'), byDefault: 'member' },
  start_tls: flagField('`true` for StartTLS also on this machine'),
  certificates: AUTHORITIES,
} as const

export const LDAP = providerKind(
  {
    title: 'LDAP',
    register:
      'OpenLDAP, Active Directory, 389 Directory Server, FreeIPA. Nothing has to be registered: make a service account that may read the entries of people (and groups). People type the name and the password of that directory on a page of this server, which asks the directory and keeps neither.',
    fields: FIELDS,
    check({
      bind_dn: account,
      bind_password_variable: password,
      user_dn: template,
      subject,
      groups_attribute: groups,
      group_base_dn,
      ...rest
    }) {
      if ((account === undefined) === (template === undefined))
        return { at: 'bind_dn', problem: 'or user_dn has to be there, and not both' }
      if ((account === undefined) !== (password === undefined))
        return { at: 'bind_password_variable', problem: 'belongs to bind_dn' }
      if (/^(?:dn|entrydn|distinguishedname)$/i.test(subject))
        return { at: 'subject', problem: 'is the name of an entry, which changes when it is moved' }
      if (groups !== undefined && group_base_dn !== undefined)
        return { at: 'groups_attribute', problem: 'and group_base_dn are two ways to the same; choose one' }
      return rest.start_tls && rest.url.protocol === 'ldaps:'
        ? { at: 'start_tls', problem: 'is of no use with ldaps://' }
        : undefined
    },
  },
  (settings, { reach, ownAddress, wanted }) => {
    const { url, base_dn, subject, certificates: ca } = settings
    return openLdap(
      {
        // Which attribute it is decides whose name space it is.
        issuer: `ldap:${base_dn.toLowerCase()}?${subject.toLowerCase()}`,
        url: url.href,
        startsTls: url.protocol === 'ldap:' && (settings.start_tls || !isLoopbackHost(url.hostname)),
        ...(ca.length > 0 && { authorities: ca }),
        serverName: url.hostname,
        baseDn: base_dn,
        ...(settings.bind_dn !== undefined && {
          account: { dn: settings.bind_dn, password: settings.bind_password_variable ?? '' },
        }),
        template: settings.user_dn,
        loginAttributes: settings.login_attributes,
        objectClass: settings.object_class,
        subject,
        email: settings.email,
        emailsVerified: settings.emails_verified,
        name: settings.name,
        groups: settings.groups_attribute,
        groupBaseDn: settings.group_base_dn,
        groupMember: settings.group_member,
        others: wanted.map(([name = '']) => name).filter((name) => ATTRIBUTE.test(name) && name !== 'groups'),
      },
      { reach, ownOrigin: new URL(ownAddress('callback')).origin },
    )
  },
)
