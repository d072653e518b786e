import type { RelatedWords } from '../related-words.ts'

export const GERMAN: RelatedWords = {
  home: [
    'wohne wohnen wohnst wohnt lebe Wohnung Adresse Zuhause Haus',
    'wohne wohnen lebe Wohnung Adresse Umzug umgezogen eingezogen Miete Vermieter',
  ],
  job: [
    'Arbeit arbeite arbeiten arbeitet Job Beruf Arbeitgeber Firma Stelle',
    'Arbeit arbeite arbeitet Job Beruf Arbeitgeber Firma Stelle Vertrag Kunde Chefin Chef Gehalt selbständig freiberuflich gekündigt angefangen Versetzung',
  ],
  vehicle: [
    'Auto Wagen fahren Fahrzeug',
    'Auto Wagen Fahrzeug Kombi geleast Leasing TÜV Baujahr Audi BMW Citroën Dacia Fiat Ford Honda Hyundai Kia Mazda Mercedes Nissan Opel Peugeot Renault Seat Škoda Subaru Suzuki Tesla Toyota Volkswagen VW Volvo Passat Golf',
  ],
  phone: [
    'Handy Telefon Smartphone Handynummer',
    'Handy Telefon Smartphone Handynummer Rufnummer Nummer SIM iPhone Pixel Samsung Galaxy',
  ],
  diet: [
    'esse essen isst Ernährung Fleisch vegetarisch vegan',
    'esse essen Ernährung Fleisch Fisch vegetarisch Vegetarier Vegetarierin vegan',
  ],
  drink: ['trinke trinken Kaffee Tee', 'trinke Kaffee Tee Espresso Cappuccino'],
  allergy: [
    'Allergie allergisch Unverträglichkeit vertrage',
    'Allergie allergisch Unverträglichkeit vertrage Ausschlag Notfallset Schock',
  ],
  medicine: [
    'Medikament Medikamente Tabletten Arznei',
    'Medikament Tablette Tabletten Mikrogramm Milligramm mg nüchtern verschrieben Dosis',
  ],
  pets: ['Haustier Haustiere Tier', 'Haustier Hund Welpe Katze Kater Kaninchen Hamster Pferd'],
  partner: [
    'Partner Partnerin Mann Frau Freund Freundin',
    'Partner Partnerin Ehemann Ehefrau verheiratet verlobt zusammen',
  ],
  wedding: ['Hochzeit heiraten', 'Hochzeit heiraten geheiratet Standesamt verlobt Trauung'],
  holiday: [
    'Urlaub Ferien Reise verreisen',
    'Urlaub Ferien Reise Flug fliegen Fähre Hotel gebucht Zelt Ferienwohnung',
  ],
  birthday: ['Geburtstag geboren', 'Geburtstag geboren'],
  music: [
    'Instrument',
    'Instrument Klavier Gitarre Geige Cello Flöte Trompete Saxophon Fagott Klarinette Schlagzeug',
  ],
  sport: [
    'Sport Training',
    'Sport Training Fitness laufen schwimmen klettern Yoga Rad Marathon Fußball Tennis',
  ],
  school: ['Lehrer Lehrerin Schule Klasse', 'Lehrer Lehrerin Schule Klasse Klassenleitung'],
}
