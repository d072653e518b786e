/** What stands in for an address or a key that nobody set. */

export const OPENAI_URL = 'https://api.openai.com/v1'
/** Local servers want no key, their clients want one. */
export const NO_KEY = 'none'
