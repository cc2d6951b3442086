// The pages of a visit on which an address is proven, by the last part of their addresses.
export const SIGN_UP = 'sign-up'
export const FORGOTTEN = 'forgotten'
export const CHECK_MAIL = 'check-mail'
export const NEW_PASSWORD = 'new-password'
