// The settings of mail: which server takes it, or while somebody develops which folder, and who sends it.
import { fileURLToPath } from 'node:url'
import { isLoopbackHost } from '../http/outbound/public-address.ts'
import type { Parsed } from './setting.ts'

/** A server that takes mail (RFC 5321, RFC 8314). */
export interface SmtpServer {
  readonly kind: 'smtp'
  readonly host: string
  readonly port: number
  /** Where it is not `required`, STARTTLS is used if the server offers it. */
  readonly tls: 'from the start' | 'required' | 'if offered'
  readonly user: string | undefined
  readonly password: string | undefined
}
/** A folder that mails are kept in. */
export interface MailFolder {
  readonly kind: 'folder'
  readonly folder: string
}

const EXAMPLE = 'use something like smtps://user:password@smtp.example.com'

/** Where mail goes; undefined for nowhere. It may hold a password, so no message repeats it. */
export function mailUrl(text: string): Parsed<SmtpServer | MailFolder | undefined> {
  if (text === '') return { value: undefined }
  const url = URL.parse(text)
  if (url?.protocol === 'file:') return folder(url)
  if (url?.protocol !== 'smtp:' && url?.protocol !== 'smtps:') return { problem: `is no address of mail; ${EXAMPLE}` }
  if (!/^(?:\?requireTLS=(?:true|false))?$/.test(url.search) || url.hash !== '')
    return { problem: `knows no parameter but requireTLS=false; ${EXAMPLE}` }
  if (url.hostname === '' || !/^\/?$/.test(url.pathname)) return { problem: `has to be a host alone; ${EXAMPLE}` }
  const user = decoded(url.username)
  const password = decoded(url.password)
  if (user === undefined || password === undefined)
    return { problem: 'has a % in its user or password that is no percent-encoding; write it as %25' }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isImplicit = url.protocol === 'smtps:'
  const mayBePlain = isLoopbackHost(url.hostname) || url.search.endsWith('=false')
  return {
    value: {
      kind: 'smtp',
      host,
      port: url.port === '' ? (isImplicit ? 465 : 587) : Number(url.port),
      tls: isImplicit ? 'from the start' : mayBePlain ? 'if offered' : 'required',
      user: user === '' ? undefined : user,
      password: password === '' ? undefined : password,
    },
  }
}

function folder(url: URL): Parsed<MailFolder> {
  try {
    return { value: { kind: 'folder', folder: fileURLToPath(url) } }
  } catch {
    return { problem: 'is no folder of this machine' }
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** Who mails come from. */
export interface MailSender {
  readonly name: string
  readonly address: string
}

const SENDER = /^(?:([^<>\p{Cc}]*)<([^<>]+)>|([^<>]+))$/u
const ADDRESS = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z\d](?:[a-z\d.-]{0,250}[a-z\d])?$/i

/** `address` or `Name <address>`. */
export function mailSender(text: string): Parsed<MailSender> {
  const [, name = '', bracketed, bare] = SENDER.exec(text.trim()) ?? []
  const address = (bracketed ?? bare ?? '').trim()
  if (!ADDRESS.test(address)) return { problem: 'is an address like Example <no-reply@example.com>' }
  return { value: { name: name.trim().replace(/^"(.*)"$/, '$1'), address } }
}
