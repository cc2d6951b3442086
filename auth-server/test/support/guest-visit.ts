// A guest who wants an account: a server that mails, the device of the guest, and the visit that the device begins.
import { Browser } from './browser.ts'
import { admitGuests, Device, GUEST_APP } from './device.ts'
import { type MailServer, mailServer } from './mail-visit.ts'
import { pkcePair } from './phone.ts'

/** A server that admits guests, and one of them. */
export async function guestServer(
  t: Parameters<typeof mailServer>[0],
  environment: Readonly<Record<string, string>> = {},
) {
  const server = await mailServer(t, environment)
  const applicationId = await admitGuests(server)
  const device = await Device.create(server.app)
  const { sub } = (await device.register({ device_name: 'Pixel of Ada' })).json()
  return { ...server, applicationId, device, sub: String(sub) }
}

/** Opens what the device has pushed, in a browser of its own unless told. */
export async function openUpgrade(
  { app }: Pick<MailServer, 'app'>,
  device: Device,
  browser = new Browser(app),
  form: Readonly<Record<string, string>> = {},
) {
  const pair = pkcePair()
  const { request_uri } = (await device.push(pair.challenge, form)).json()
  const page = await browser.open(`/authorize?${new URLSearchParams({ client_id: GUEST_APP.clientId, request_uri })}`)
  return { ...pair, browser, page, request_uri }
}

export type Upgrade = Awaited<ReturnType<typeof openUpgrade>>

/** Goes on to the page on which the password is chosen. */
export async function proveAddress(server: MailServer, { browser, page }: Upgrade, email: string) {
  const ask = await browser.submit(page, '/guest', {})
  const check = await browser.submit(ask, '/sign-up', { email })
  const [mail] = await server.mailbox.deliver(server)
  if (!mail) throw new Error(`no mail came: ${check.statusCode} ${check.body}`)
  return browser.submit(check, '/check-mail', { code: mail.code })
}
