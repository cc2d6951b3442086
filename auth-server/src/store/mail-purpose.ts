// THE table of what a mail with a link can be for; what each link may do, how long, and where it leads follow from its row.
import { ACCOUNT_PATH } from '../http/account-path.ts'
import type { MailName } from './queued-mail.ts'

interface MailPurposeRow {
  /** The page of its link, with the token behind; `interaction` and `account` mount it. */
  readonly page: `/${string}`
  /**
   * `address`: whoever reads the mail proves that the address is theirs, by link or code. `nothing`: the link does by
   * itself what the mail says.
   */
  readonly proves: 'address' | 'nothing'
  /** Whose account it is about: nobody's yet, that of whoever has the address, that of whoever asks. */
  readonly about: 'nobody' | 'holder' | 'asker'
  /**
   * Whether it is of use beyond the person's next epoch, and after their addresses have changed. What takes something back
   * is: whoever is at work in the account could bring that about.
   */
  readonly outlivesChanges: boolean
  /** The mail that goes out instead where the address has an account already; none where such a mail says nothing. */
  readonly whenTaken?: MailName
  /** The mail that goes out where the asker has the address already, and nobody has proven it. */
  readonly whenOwn?: MailName
}

/** A password is chosen there. */
const CONFIRM = '/confirm'

/** A new one is a row here, its mail (pages/locales/…/mail.ts), and the page of its link. */
export const MAIL_PURPOSES = {
  'sign-up': {
    page: CONFIRM,
    proves: 'address',
    about: 'nobody',
    outlivesChanges: false,
    whenTaken: 'account-exists',
  },
  reset: { page: CONFIRM, proves: 'address', about: 'holder', outlivesChanges: false },
  address: {
    page: '/confirm-address',
    proves: 'address',
    about: 'asker',
    outlivesChanges: false,
    whenTaken: 'address-taken',
    whenOwn: 'own-address',
  },
  join: { page: `${ACCOUNT_PATH}/join`, proves: 'nothing', about: 'nobody', outlivesChanges: false },
  undo: { page: '/undo', proves: 'nothing', about: 'asker', outlivesChanges: true },
  'keep-account': { page: '/keep-account', proves: 'nothing', about: 'asker', outlivesChanges: true },
} as const satisfies Readonly<Record<string, MailPurposeRow>>

export type MailPurpose = keyof typeof MAIL_PURPOSES

type PurposeThat<Row extends Partial<MailPurposeRow>> = {
  [Purpose in MailPurpose]: (typeof MAIL_PURPOSES)[Purpose] extends Row ? Purpose : never
}[MailPurpose]

/** Those that prove an address. */
export type ProofPurpose = PurposeThat<{ proves: 'address' }>
/** Those that a visit asks for, of somebody who is not signed in. */
export type VisitPurpose = PurposeThat<{ proves: 'address'; about: 'nobody' | 'holder' }>
/** Those that somebody at their account asks for. */
export type AddingPurpose = PurposeThat<{ proves: 'address'; about: 'asker' }>

function purposesThat<Purpose extends MailPurpose>(are: (row: MailPurposeRow) => boolean): readonly Purpose[] {
  return Object.keys(MAIL_PURPOSES).filter((name): name is Purpose => isPurpose(name) && are(MAIL_PURPOSES[name]))
}

function isPurpose(name: string): name is MailPurpose {
  return Object.hasOwn(MAIL_PURPOSES, name)
}

/** For statements, as all of these lists: `purpose = any(…)`. */
export const VISIT_PURPOSES = purposesThat<VisitPurpose>(
  ({ proves, about }) => proves === 'address' && about !== 'asker',
)
export const ADDING_PURPOSES = purposesThat<AddingPurpose>(
  ({ proves, about }) => proves === 'address' && about === 'asker',
)
/** Those that end with the person's epoch, and when their addresses change. */
export const ENDING_PURPOSES = purposesThat(({ outlivesChanges }) => !outlivesChanges)
export const OUTLIVING_PURPOSES = purposesThat(({ outlivesChanges }) => outlivesChanges)
