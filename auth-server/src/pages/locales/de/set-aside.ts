// Texts about what was set aside, in German.
import { html } from '../../html.ts'
import type { Texts } from '../en.ts'

export const SET_ASIDE: Texts['setAside'] = {
  title: 'Stillgelegt',
  count: (count) => (count === 1 ? 'Eines' : `${count}`),
  look: 'Ansehen',
  lead: 'Nach „Das war ich nicht“, oder als eine Adresse zum ersten Mal bestätigt wurde, ist stillgelegt worden, was jemand anderes hinzugefügt haben könnte. Es gilt nicht mehr. Was Ihnen gehört, können Sie zurückholen.',
  none: 'Nichts ist stillgelegt.',
  kinds: { passkey: 'Passkey', totp: 'Authenticator-App', address: 'E-Mail-Adresse' },
  addedOn: (day) => html`hinzugefügt am ${day}`,
  what: 'Was es ist',
  added: 'Hinzugefügt',
  aside: 'Stillgelegt',
  question: 'Holen Sie es nur zurück, wenn Sie es selbst hinzugefügt haben.',
  bringBack: 'Zurückholen',
  needsOlder:
    'Um es zurückzuholen, melden Sie sich mit einem Passkey, einer Authenticator-App oder einem Wiederherstellungscode an, die älter sind. Haben Sie seither neuere davon hinzugefügt, entfernen Sie zuerst diese.',
  anew: {
    passkey: 'Haben Sie nichts Älteres, entfernen Sie diesen endgültig und fügen Sie einen Passkey neu hinzu.',
    totp: 'Haben Sie nichts Älteres, entfernen Sie diese endgültig und richten Sie eine App neu ein.',
    address:
      'Haben Sie nichts Älteres, entfernen Sie diese endgültig und fügen Sie die Adresse mit einer Nachricht dorthin neu hinzu.',
  },
  prove: 'Mit etwas Älterem anmelden',
  remove: 'Endgültig entfernen',
  removeTitle: 'Endgültig entfernen?',
  removeEffect: 'Danach lässt es sich nicht mehr zurückholen',
  removeButton: (name) => `${name} endgültig entfernen`,
}
