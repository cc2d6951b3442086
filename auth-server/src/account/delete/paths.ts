// The addresses that anybody may open: about deleting an account, and what follows when it is done.
import { ACCOUNT_PATH } from '../../interaction/paths.ts'

/** Where app stores, and people who have lost the app, find how an account is deleted. */
export const ABOUT_DELETION = `${ACCOUNT_PATH}/delete`
export const DELETED = `${ABOUT_DELETION}/done`
