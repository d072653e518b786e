import { expect, test } from 'vitest'
import { asksForSensitive, findSensitive } from '../../src/text/sensitive.ts'

const found = (text: string) =>
  findSensitive(text).map(({ kind, start, end }) => [kind, text.slice(start, end)])

const SECRETS: readonly (readonly [text: string, kind: string, value: string])[] = [
  ['The Wi-Fi password is Sonnenblume77.', 'password', 'Sonnenblume77'],
  ['wifi password: correct-horse', 'password', 'correct-horse'],
  ['Our wifi password is marmalade.', 'password', 'marmalade'],
  ['My netflix password is "tiger lily"', 'password', 'tiger lily'],
  ['The door code is 4711#.', 'code', '4711#'],
  ['The code for the garage is 83920.', 'code', '83920'],
  ["Alarm code 2580, don't tell anyone.", 'code', '2580'],
  ['My PIN is 2024.', 'code', '2024'],
  ['My passport number is X1234567.', 'document', 'X1234567'],
  ['passport no. C01X00T47', 'document', 'C01X00T47'],
  ['X1234567 is my passport number', 'document', 'X1234567'],
  ['My passport is P 482 993 11 and expires on 12.03.2031', 'document', 'P 482 993 11'],
  ['SSN 123-45-6789', 'document', '123-45-6789'],
  ['My social security number is 078 05 1120', 'document', '078 05 1120'],
  ['My card is 4111 1111 1111 1111', 'card', '4111 1111 1111 1111'],
  ['IBAN DE89 3704 0044 0532 0130 00', 'account', 'DE89 3704 0044 0532 0130 00'],
  ['The API key is sk-proj-abcdefghijklmnop1234', 'key', 'sk-proj-abcdefghijklmnop1234'],
  ['token: 8f3a9c2b7d1e4f60', 'key', '8f3a9c2b7d1e4f60'],
  ['Das WLAN-Passwort lautet Apfelkuchen_23', 'password', 'Apfelkuchen_23'],
  ['Mein Passwort ist Sommerregen.', 'password', 'Sommerregen'],
  ['Der Türcode ist 5512.', 'code', '5512'],
  ['Der Code für die Haustür ist 1-9-4-5.', 'code', '1-9-4-5'],
  ['Meine Ausweisnummer ist L01X00T471', 'document', 'L01X00T471'],
  ['Meine Steuer-ID ist 86 095 742 719', 'document', '86 095 742 719'],
  ['Meine Sozialversicherungsnummer: 65 170839 J 008', 'document', '65 170839 J 008'],
  ['Die PIN meiner Bankkarte ist 9034', 'code', '9034'],
  ['La contraseña del wifi es Girasol2024', 'password', 'Girasol2024'],
  ['Mi clave es perro_azul', 'password', 'perro_azul'],
  ['El código de la puerta es 4590', 'code', '4590'],
  ['El código del portal: 7788', 'code', '7788'],
  ['Mi DNI es 12345678Z', 'document', '12345678Z'],
  ['Mi número de pasaporte es XDB123456', 'document', 'XDB123456'],
  ['Le mot de passe du wifi est tournesol42', 'password', 'tournesol42'],
  ['Le digicode est 45B12', 'code', '45B12'],
  ["Le code de l'immeuble est 2580A", 'code', '2580A'],
  ['Mon numéro de passeport est 19AB45678', 'document', '19AB45678'],
  ['Mon numéro de sécu : 1 85 05 78 006 084 36', 'document', '1 85 05 78 006 084 36'],
  ['我的密码是abc12345', 'password', 'abc12345'],
  ['家里的WiFi密码是 88sunflower', 'password', '88sunflower'],
  ['门禁码是4582', 'code', '4582'],
  ['护照号码是E12345678', 'document', 'E12345678'],
  ['我的身份证号是11010519491231002X', 'document', '11010519491231002X'],
  ['银行卡号6222 0212 3456 7890 123', 'card', '6222 0212 3456 7890 123'],
  ['كلمة مرور الواي فاي هي Zahra2024', 'password', 'Zahra2024'],
  ['كلمة السر: ياسمين', 'password', 'ياسمين'],
  ['رمز الباب هو 4521', 'code', '4521'],
  ['رقم جواز سفري هو A12345678', 'document', 'A12345678'],
  ['الرقم السري للبطاقة ٤٥٢١', 'code', '٤٥٢١'],
  ['رقم الهوية ١٠٩٨٧٦٥٤٣٢', 'document', '١٠٩٨٧٦٥٤٣٢'],
  ['postgres://app:hunter22@db.example.com/x', 'password', 'hunter22'],
  ['I changed my PIN from 1234 to 9081', 'code', '1234'],
  ['Passport: 533412345', 'document', '533412345'],
  ['health insurance number A123456789', 'document', 'A123456789'],
  ['My insurance policy number is 77-4410982', 'document', '77-4410982'],
  ['Combination of the bike lock: 7 3 9 1', 'code', '7 3 9 1'],
  ['The safe combination is 34-12-8', 'code', '34-12-8'],
  ['wifi upstairs -> Marmelade77x', 'password', 'Marmelade77x'],
  ['WLAN Büro: Regen!wald42', 'password', 'Regen!wald42'],
  ['The back door keypad is 9042#, tell nobody', 'code', '9042#'],
  ['Schlüsselkasten Hof 3: Code 60417', 'code', '60417'],
  ['Passport is here at last. 561230987, valid until 2035', 'document', '561230987'],
  ['Reisepass: C9K7TR42L', 'document', 'C9K7TR42L'],
  ['Policy AB-5502-8813 renews in June', 'document', 'AB-5502-8813'],
  ['Hausrat, Vertragsnummer KV-40112-7', 'document', 'KV-40112-7'],
  ['paid with the new card, 5412 7503 9916 2209, 3,720 euros', 'card', '5412 7503 9916 2209'],
  ['the shared account is PT50 0099 0411 7730 0285 5', 'account', 'PT50 0099 0411 7730 0285 5'],
]

test.each(SECRETS)('%s', (text, kind, value) => {
  expect(found(text)[0]).toEqual([kind, value])
})

const ORDINARY = [
  'Invoice 2025-117 is due on 3 May.',
  'Order number 4839201 arrived.',
  'My phone number is +44 7700 900123.',
  'Call me on 0171 2345678.',
  'The meeting is on 2026-03-04 at 15:30.',
  'The rent is 1450 euros.',
  'My passport expires in 2027.',
  'My passport expires on 12.03.2027.',
  'I renewed my passport for 130 euros.',
  'I forgot my password.',
  'My password is wrong.',
  'I changed my PIN in 2024.',
  'The promo code SAVE20 gives 20 percent.',
  'Zip code 90210.',
  'The error code was 500.',
  'I use a password manager called Bitwarden.',
  'She works at 1Password and has 3 colleagues',
  'I lost my passport. My booking reference is 8829103.',
  'My insurance pays 2500 a year.',
  'The source code has 120000 lines',
  'Flight LH1234 leaves at 9',
  'Room 4711, third door on the left',
  'I live at 12 Garden Street, door 4',
  'Meine Rechnung 2025-117 ist bezahlt.',
  'Mein Reisepass läuft 2027 ab.',
  'Ich habe mein Passwort vergessen.',
  'Ich habe nie 12345 gesagt',
  'Das Passwort ist falsch.',
  'Olvidé mi contraseña ayer',
  'La clave del éxito es trabajar',
  'Mi pasaporte caduca en 2028',
  'mon passeport expire en 2029',
  'Le mot de passe est oublié',
  'Le code de la route a 400 articles',
  '我的电话是13912345678',
  '发票号2025-117',
  '我忘记了密码',
  '护照2027年到期',
  'جواز سفري ينتهي في 2027',
  'رقم هاتفي 0501234567',
  'I pinned 3 pictures to the board in 2023',
  'The alarm rings at 0630.',
  'My tan lines from 2023',
  'The token cost 15 cents',
  'My card ending in 4242',
  'Secret Santa is on 12/12/2025',
  'We need a new password policy',
  'The combination of 300 grams of flour and 2 eggs',
  'Account manager Jane has 120000 customers',
  'My ID card is blue',
  'His licence was suspended for 12 months',
  'The Wi-Fi is 5GHz and slow in room B204.',
  'Das WLAN heißt Holunder und läuft.',
  'The wifi was put in on 2024-03-01.',
  'We played cards with 12 people until 23:30.',
  'The dog has chip 900215003344187.',
  'The gas meter read 30817 in June.',
  'New policy at work since 2025: no meetings.',
  'The passport office is closed. 12 people were waiting.',
]

test.each(ORDINARY)('no secret: %s', (text) => {
  expect(found(text)).toEqual([])
})

test('several in one text are found in order, and none overlaps another', () => {
  const text =
    'Alarm code 2580, Wi-Fi password: Regen!bogen7\nMy phone is 0171 2345678. Card 4111 1111 1111 1111.'
  expect(found(text)).toEqual([
    ['code', '2580'],
    ['password', 'Regen!bogen7'],
    ['card', '4111 1111 1111 1111'],
  ])
  expect(found('I changed my PIN from 1234 to 9081')).toEqual([
    ['code', '1234'],
    ['code', '9081'],
  ])
})

test('a number whose check digit is wrong is no secret by itself', () => {
  expect(found('It is 4111111111111112, or DE88370400440532013000')).toEqual([])
  expect(found('编号11010519491231002Y，11010519491231002X')).toEqual([
    ['document', '11010519491231002X'],
  ])
})

test('a question asks for a kind of secret by its name; documents and cards by their numbers', () => {
  const kinds = (question: string) => [...asksForSensitive(question)]
  expect(kinds('What is the Wi-Fi password?')).toEqual(['password'])
  expect(kinds('Wie lautet der Türcode?')).toEqual(['code'])
  expect(kinds('¿Cuál es el código del portal?')).toEqual(['code'])
  expect(kinds('Quel est mon numéro de passeport ?')).toEqual(['document'])
  expect(kinds('护照号码是多少？')).toEqual(['document'])
  expect(kinds('ما هو رقم جواز سفري؟')).toEqual(['document'])
  expect(kinds('How do I get into the bike cellar?')).toEqual(['code'])
  expect(kinds('Wie komme ich in den Keller?')).toEqual(['code'])
  expect(kinds("What's the wifi?")).toEqual(['password'])
  expect(kinds('How do I get in touch with Anna?')).toEqual([])
  expect(kinds('When does my passport expire?')).toEqual([])
  expect(kinds('Which bank card do I use?')).toEqual([])
  expect(kinds('What can I eat?')).toEqual([])
})

test('hostile texts cost no more than others of their length', () => {
  const began = performance.now()
  for (const piece of ['4111 ', 'A1 ', 'door ', 'password ', 'a', 'code code alarm ']) {
    findSensitive(piece.repeat(20_000))
  }
  expect(performance.now() - began).toBeLessThan(10_000)
})
