// LDAP: what people type is looked up in a directory, whose entry is then asked whether the password is its own.
import { isLoopbackHost } from '../../../http/outbound/public-address.ts'
import { providerKind } from '../provider.ts'
import { ATTRIBUTE, FIELDS, UNIQUE_ANYWHERE } from './fields.ts'
import { openLdap } from './protocol.ts'

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
      if (rest.directory === undefined && !UNIQUE_ANYWHERE.includes(subject.toLowerCase()))
        return {
          at: 'subject',
          problem: `is unique in one directory only: add directory with a name of your own for it, or choose entryUUID`,
        }
      if (groups !== undefined && group_base_dn !== undefined)
        return { at: 'groups_attribute', problem: 'and group_base_dn are two ways to the same; choose one' }
      return rest.start_tls && rest.url.protocol === 'ldaps:'
        ? { at: 'start_tls', problem: 'is of no use with ldaps://' }
        : undefined
    },
  },
  (settings, { reach, ownAddress, wanted }) => {
    const { url, base_dn, subject, directory, certificates: ca } = settings
    return openLdap(
      {
        // Which attribute it is decides whose name space it is; the host does not, since directories move and have replicas.
        issuer: `ldap:${base_dn.toLowerCase()}?${subject.toLowerCase()}${directory === undefined ? '' : `?${directory}`}`,
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
