// Texts about joining the people of an application, in English.

export const JOIN = {
  title: (app: string) => `Join ${app}?`,
  asks: {
    owner: (by: string) => `${by} invites you to own this application with them.`,
    collaborator: (by: string) => `${by} invites you to work on this application with them.`,
    handedOver: (by: string) =>
      `${by} hands this application over to you: you own it from then on, and they go on working on it.`,
  },
  operator: 'Whoever runs this server',
  effects: {
    owner: 'You change everything about it, delete it, and say who else works on it',
    collaborator: 'You change it, give it secrets and ask for APIs; you neither delete it nor say who works on it',
    developer:
      'It needs a developer here; if you are none yet, you become one where that is open to everybody, or where an administrator invites you',
    seen: 'The others who work on it see your name and e-mail address',
  },
  button: (app: string) => `Join ${app}`,
  joinedTitle: (app: string) => `You work on ${app} now`,
  joined: 'You find it among your applications.',
  waiting:
    'You are no developer here yet. Ask whoever runs this server to make you one; from then on you find it among your applications.',
  overTitle: 'This invitation is not for you, or over',
  over: 'It was accepted or withdrawn already, is older than three days, or went to an e-mail address that is not one of this account.',
  overNext:
    'If it went to another address of yours, add that to this account, or sign in with the account that has it; then open the link again.',
}
