import type { RelatedWords } from '../related-words.ts'

export const ENGLISH: RelatedWords = {
  home: [
    'live living reside home address house flat apartment',
    'live living reside moved apartment address rent lease landlord',
  ],
  job: [
    'job work employer employed company profession occupation career',
    'job work employer employed company hired joined signed contract client boss salary freelance self-employed position notice resigned',
  ],
  vehicle: [
    'car drive vehicle',
    'car drive vehicle van leased mileage clutch Audi BMW Citroën Dacia Fiat Ford Honda Hyundai Kia Mazda Mercedes Nissan Opel Peugeot Renault Seat Škoda Subaru Suzuki Tesla Toyota Volkswagen VW Volvo',
  ],
  phone: [
    'phone mobile cellphone',
    'phone mobile cellphone SIM iPhone Pixel Samsung Galaxy Android handset number',
  ],
  diet: ['eat diet meat vegetarian vegan', 'eat diet meat fish vegetarian vegan pescatarian dairy'],
  drink: ['drink coffee tea', 'drink coffee tea espresso cappuccino decaf'],
  allergy: [
    'allergy allergic allergies intolerance',
    'allergy allergic allergies intolerant anaphylaxis EpiPen hives swelling reaction',
  ],
  medicine: [
    'medicine medication pills tablets prescription',
    'medicine medication pill tablet prescribed dose mg milligrams daily',
  ],
  pets: ['pet pets animal', 'pet dog puppy cat kitten rabbit hamster horse parrot'],
  partner: [
    'partner husband wife boyfriend girlfriend spouse',
    'partner husband wife boyfriend girlfriend fiancé fiancée spouse married together',
  ],
  wedding: [
    'wedding married marry',
    'wedding married marry ceremony registry proposed engaged honeymoon',
  ],
  holiday: [
    'holiday vacation trip travel travelling',
    'holiday vacation trip travel flight fly ferry hotel booked cottage campsite',
  ],
  birthday: ['birthday born', 'birthday born turns'],
  music: [
    'instrument',
    'instrument piano guitar violin cello flute drums trumpet saxophone bassoon clarinet accordion',
  ],
  sport: [
    'sport exercise workout',
    'sport exercise gym run running swim swimming climbing yoga cycling marathon football tennis training',
  ],
  school: ['teacher teaches school class', 'teacher teaches school class year grade'],
}
