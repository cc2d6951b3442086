// The questions of an API to its people, in English; the questions themselves are the API's.
export const REGISTRATION = {
  title: (api: string) => `A few things for ${api}`,
  lead: (api: string) => `${api} asks you this before an app can use it. You can change it later in your account.`,
  optional: (label: string) => `${label} (optional)`,
  terms: (label: string) => `I agree: ${label}`,
  read: (version: string) => `Read it (version ${version})`,
  problems: {
    missing: (label: string) => `${label}: this is needed.`,
    wrong: (label: string) => `${label}: this cannot be right.`,
    young: (label: string, age: number) => `${label}: you have to be at least ${age} years old.`,
    text: (label: string, max: number) => `${label}: write one line, with at most ${max} characters.`,
    email: (label: string) => `${label}: write an e-mail address.`,
    number: (label: string, min?: number, max?: number) => {
      const bounds =
        min !== undefined && max !== undefined
          ? ` from ${min} to ${max}`
          : min !== undefined
            ? ` from ${min} up`
            : max !== undefined
              ? ` up to ${max}`
              : ''
      return `${label}: write a whole number${bounds}.`
    },
    terms: (label: string) => `${label}: nobody can go on without agreeing.`,
  },
  ageHint: (age: number) => `Your date of birth. Only whether you are at least ${age} is kept.`,
  key: (api: string) => `Answers to ${api}`,
  change: 'Answers',
  given: 'Given',
  no: 'No',
  former: 'This service asks the following no more. It keeps what you answered until you withdraw it.',
  withdraw: 'Withdraw all of it',
  withdrawTitle: (api: string) => `Withdraw your answers to ${api}?`,
  withdrawLead: 'This happens at once:',
  withdrawEffects: [
    'What you answered there is deleted, and terms that you agreed to are withdrawn',
    'Every app that uses this service is signed out, and asks you again at the next sign-in',
  ],
}
