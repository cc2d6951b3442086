// Texts of APIs that are not for everybody, in German.
import type { Texts } from '../en.ts'

export const WHO_MAY_COME = {
  title: (api) => `${api} ist nicht für alle offen`,
  byInvitation: (api) =>
    `${api} ist für Menschen, die eingeladen sind, und dieses Konto ist es nicht. Bitten Sie dort um eine Einladung.`,
  byDomain: (api, domains) =>
    `${api} ist für Menschen mit einer E-Mail-Adresse bei ${domains.join(', ')} und für alle, die eingeladen sind.`,
  addInvited:
    'Wenn Sie unter einer anderen Adresse eingeladen sind, fügen Sie sie Ihrem Konto hinzu und versuchen Sie es noch einmal.',
  toAccount: 'Ihr Konto',
  addAddress: 'Wenn Sie eine solche Adresse haben, fügen Sie sie Ihrem Konto hinzu und versuchen Sie es noch einmal.',
} satisfies Texts['whoMayCome']
