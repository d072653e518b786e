/** Formats that prove themselves by their check digits: no word beside them is needed. */

const digitsOf = (text: string) => text.replaceAll(/\D/gu, '')

/** Ranges of numbers that card companies give out. */
const CARD_PREFIX = /^(?:4|5[1-5]|2[2-7]|3[47]|3[068]|6(?:011|5|2|4[4-9])|35)/u

/** ISO/IEC 7812: every second digit from the right is doubled. */
export function isCardNumber(text: string): boolean {
  const digits = digitsOf(text)
  if (digits.length < 13 || digits.length > 19 || !CARD_PREFIX.test(digits)) return false
  let sum = 0
  for (let place = 0; place < digits.length; place += 1) {
    const value = Number(digits.at(-1 - place)) * (place % 2 === 1 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return sum % 10 === 0
}

/** ISO 13616: the first four signs moved to the end, letters as numbers from 10 on, modulo 97. */
export function isIban(text: string): boolean {
  const iban = text.replaceAll(/[\s-]/gu, '').toUpperCase()
  if (!/^[A-Z]{2}\d{2}[A-Z\d]{11,30}$/u.test(iban)) return false
  const digits = (iban.slice(4) + iban.slice(0, 4)).replaceAll(/[A-Z]/gu, (letter) =>
    String(letter.charCodeAt(0) - 55),
  )
  return remainder(digits, 97) === 1
}

/** A resident identity number of China: GB 11643, whose last sign may be an X. */
export function isChineseId(text: string): boolean {
  const id = text.toUpperCase()
  if (!/^[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/u.test(id)) {
    return false
  }
  let sum = 0
  for (let place = 0; place < 17; place += 1) sum += Number(id[place]) * (2 ** (17 - place) % 11)
  return '10X98765432'[sum % 11] === id[17]
}

/** A Spanish DNI or NIE: the letter is the number modulo 23. */
export function isSpanishId(text: string): boolean {
  const found = /^([XYZ]?)[-.]?(\d{7,8})[- ]?([A-Z])$/u.exec(text.replaceAll('.', '').toUpperCase())
  if (found === null) return false
  const [, first = '', digits = '', letter = ''] = found
  if (digits.length !== (first === '' ? 8 : 7)) return false
  const number = Number((first === '' ? '' : String('XYZ'.indexOf(first))) + digits)
  return 'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23] === letter
}

/** A French number of social security: 13 digits and a key that is 97 less their remainder; Corsica writes 2A and 2B. */
export function isFrenchSocialSecurity(text: string): boolean {
  const plain = text.replaceAll(/[\s.-]/gu, '').toUpperCase()
  const found = /^([12]\d{2}(?:0[1-9]|1[0-2])(?:\d{2}|2[AB])\d{6})(\d{2})$/u.exec(plain)
  if (found === null) return false
  const [, body = '', key = ''] = found
  const digits = body.replace('2A', '19').replace('2B', '18')
  return 97 - remainder(digits, 97) === Number(key)
}

function remainder(digits: string, by: number): number {
  let rest = 0
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % by
  return rest
}
