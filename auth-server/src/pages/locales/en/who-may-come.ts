// Texts of APIs that are not for everybody, in English.
export const WHO_MAY_COME = {
  title: (api: string) => `${api} is not open to everybody`,
  byInvitation: (api: string) =>
    `${api} is for people who are invited, and this account is not. Ask whoever runs it to invite you.`,
  byDomain: (api: string, domains: readonly string[]) =>
    `${api} is for people with an e-mail address at ${domains.join(', ')}, and for people who are invited.`,
  addInvited: 'If you were invited at another address, add it to your account, then try again.',
  toAccount: 'Your account',
  addAddress: 'If you have such an address, add it to your account, then try again.',
}
