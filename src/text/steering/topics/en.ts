import type { TopicWords } from '../topics.ts'

export const ENGLISH: TopicWords = {
  health: [
    'health medical medicine medication illness disease disability diagnosis symptom therapy mental_health allergy allergic pregnancy',
    'healthy healthcare sick ill ailment diagnosed diagnoses doctor physician hospital clinic surgery surgeon operation treatment symptoms prescription prescribed pill tablets dose injection vaccine vaccinated cancer tumour tumor diabetes diabetic insulin metformin asthma asthmatic inhaler epilepsy migraine arthritis depression depressed anxiety adhd autism autistic bipolar insomnia therapist psychiatrist psychologist allergies intolerant intolerance anaphylaxis epipen penicillin coeliac celiac eczema anaemia anemia pregnant miscarriage ivf blood_pressure cholesterol heart_attack stroke hiv infection antibiotic antibiotics ibuprofen paracetamol physiotherapy physio injury injured fracture concussion chronic dialysis chemotherapy thyroid ulcer hives disabled wheelchair antidepressant antidepressants',
  ],
  money: [
    'money salary salaries income finance finances financial wage wages ~pay debt savings wealth earnings',
    'earn earns earned earning salaried payslip payroll paycheck paid_monthly bonus mortgage loan loans owe owes debts overdraft bankruptcy bankrupt pension invest invested investment investments inheritance inherited tax taxes credit_score saved_up net_worth alimony',
  ],
  religion: [
    'religion religious ~faith beliefs spirituality church',
    'god pray prays prayer praying mosque synagogue temple bible quran koran torah christian catholic protestant orthodox muslim islam jewish judaism jew hindu hinduism buddhist buddhism sikh atheist agnostic baptised baptized ramadan priest imam rabbi kosher halal confession',
  ],
  politics: [
    'politics political politician election vote voting party_membership trade_union',
    'votes voted voter elections elected democrat republican labour_party conservative socialist communist liberal left-wing right-wing parliament prime_minister protest demonstration union_member activist referendum',
  ],
  sexuality: [
    'sexuality sexual sex ~orientation gender_identity intimacy',
    'gay lesbian bisexual heterosexual homosexual queer transgender trans nonbinary asexual lgbt lgbtq porn pornography erectile contraception condom affair',
  ],
  origin: [
    'ethnicity ethnic racial nationality ~origin citizenship immigration ancestry',
    'immigrant immigrated migrant refugee asylum citizen visa indigenous ancestors',
  ],
  secrets: [
    'password passwords passcode passphrase pin credential credentials login secret secrets api_key token cvv iban passport_number credit_card bank_card card_number bank_account',
    'pincode logins puk otp',
  ],
  contact: ['~contact phone telephone email e-mail phone_number email_address', 'mobile_number'],
  address: ['address addresses postcode zip_code street', 'street avenue postal'],
  residence: [
    'residence ~location whereabouts ~home',
    'live lives lived living reside resides moved relocate relocated apartment flat house rent rents landlord neighbourhood neighborhood address',
  ],
  family: [
    'family relatives children child kids marriage relationship relationships divorce spouse partner parents',
    'mother mum mom father dad parent son daughter sister brother wife husband girlfriend boyfriend fiancé fiancée baby grandmother grandma grandfather grandpa uncle aunt cousin nephew niece married marry divorced separated breakup in-laws stepson stepdaughter widow widowed twins',
  ],
  work: [
    'work job jobs employer employment career occupation profession',
    'works worked working employed colleague colleagues boss manager company office hired fired resigned promotion promoted freelance freelancer self-employed coworker internship',
  ],
  crime: [
    'crime criminal criminal_record conviction arrest ~legal lawsuit police',
    'arrested convicted prison jail sentenced probation parole offence offense theft stole lawyer sued',
  ],
  substances: [
    'alcohol drugs ~drinking smoking addiction substance_abuse gambling',
    'drunk alcoholic beer wine whisky vodka cocaine heroin cannabis marijuana weed cigarette cigarettes smoke smokes smoker vape addict addicted rehab sober gamble gambles casino betting',
  ],
  pets: ['pet pets animals', 'dog puppy cat kitten rabbit hamster horse parrot'],
  travel: [
    'travel travelling trip holiday vacation journey flight flights',
    'fly flies flying flew trips hotel hostel airport airline luggage itinerary booked sightseeing cruise ferry campsite passport abroad train_ticket visiting tourist backpacking airbnb',
  ],
  food: [
    'food diet cuisine ~restaurant recipe cooking ~eating meal meals',
    'eat eats ate cook cooks vegetarian vegan pescatarian meat fish cheese vegetables fruit bread pasta pizza rice breakfast lunch dinner coffee tea restaurant dish dishes spicy dairy gluten-free dessert chocolate baking',
  ],
  leisure: [
    'leisure hobby hobbies sport sports ~interests pastime',
    'plays playing football tennis chess guitar piano violin choir painting hiking cycling climbing swimming running marathon yoga gym knitting gardening photography dancing gaming reads novels concert jazz music',
  ],
  study: [
    'study education school university studies',
    'studying student degree course courses exam exams thesis class classes teacher college graduated phd bachelor apprenticeship lecture learning',
  ],
}
