// Why a form of the portal was not saved, in English: what the management API says, where people need other words for it.
import type { RefusalSentences } from '@mobile-api-gateway/sdk/contract/refusals.ts'

/** Where people need other words than programs. */
const SENTENCES: Partial<RefusalSentences> = {
  if_match: 'This page was sent without what it was made from: open it anew, and try again.',
  last_redirect_uri:
    'This is the last redirect URI of an application that signs people in at an API: add another one first, or end its subscriptions.',
  person_unchanged: 'This person’s state is another one by now: look at their page, and decide again.',
}

export const REFUSED = {
  title: 'This was not saved',
  searchTitle: 'This cannot be searched for',
  leads: {
    precondition_failed: 'Somebody changed it while this page was open. Look at what is there now, then decide again.',
    foreign_or_old_form:
      'The form is from before your last sign-in here, so nothing has changed. What you typed stands in it again: look at it, and send it once more.',
    conflict: 'It does not fit what there is.',
  },
  /** By kind of fault, about a field. */
  faults: {
    empty: (label: string) => `${label}: this cannot be left empty.`,
    long: (label: string, most: string) => `${label}: this is too long; there is room for ${most}.`,
    pattern: (label: string, hint: string) => `${label}: this is not written as it has to be. ${hint}`,
  },
  sentences: SENTENCES,
}
