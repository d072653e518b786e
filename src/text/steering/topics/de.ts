import type { TopicWords } from '../topics.ts'

export const GERMAN: TopicWords = {
  health: [
    'Gesundheit gesundheitlich medizinisch Medizin Medikament Medikamente Krankheit Krankheiten Behinderung Diagnose Symptom Symptome Therapie Psyche Allergie Allergien Schwangerschaft',
    'gesund krank erkrankt Arzt Ärztin Klinik Krankenhaus Operation operiert Behandlung verschrieben Tablette Tabletten Dosis Spritze Impfung geimpft Krebs Tumor Diabetes Diabetiker Insulin Asthma Epilepsie Migräne Arthritis Depression depressiv Angststörung ADHS Autismus autistisch Schlafstörung Therapeut Therapeutin Psychiater Psychologe allergisch Unverträglichkeit Penicillin Zöliakie Neurodermitis schwanger Fehlgeburt Blutdruck Cholesterin Herzinfarkt Schlaganfall HIV Infektion Antibiotikum Antibiotika Ibuprofen Physiotherapie Verletzung verletzt Bruch chronisch Dialyse Chemotherapie Schilddrüse behindert Rollstuhl Antidepressiva',
  ],
  money: [
    'Geld Gehalt Gehälter Einkommen Finanzen finanziell Lohn Löhne Schulden Vermögen Ersparnisse Verdienst',
    'verdienen verdiene verdient verdiente Bonus Gehaltserhöhung Hypothek Kredit Darlehen schulde Pleite insolvent Rente investiert Aktien Depot Erbe geerbt Steuern gespart Unterhalt',
  ],
  religion: [
    'Religion religiös Kirche Konfession',
    'Gott beten bete betet Gebet Moschee Synagoge Bibel Koran christlich Christ katholisch evangelisch Muslim Muslimin Islam jüdisch Jude Jüdin Hindu Buddhist Atheist getauft Ramadan Pfarrer Imam Rabbi koscher halal',
  ],
  politics: [
    'Politik politisch Wahlen Partei Gewerkschaft',
    'wählen wähle gewählt Wähler CDU SPD FDP Grünen AfD konservativ sozialistisch liberal Bundestag Kanzler Demonstration Gewerkschaftsmitglied Aktivist',
  ],
  sexuality: [
    'Sexualität sexuell Sex ~Orientierung Geschlechtsidentität Intimität',
    'schwul lesbisch bisexuell heterosexuell homosexuell queer transgender trans asexuell Porno Verhütung Kondom Affäre',
  ],
  origin: [
    'Herkunft Ethnie ethnisch Rasse Nationalität Staatsangehörigkeit Abstammung',
    'Einwanderer eingewandert Migrant Flüchtling Asyl Staatsbürger Visum Vorfahren',
  ],
  secrets: [
    'Passwort Passwörter Kennwort PIN Zugangsdaten Login Geheimnis Geheimnisse Geheimzahl IBAN Passnummer Kreditkarte Token',
    'TAN PUK',
  ],
  contact: ['~Kontakt Kontaktdaten Telefon Telefonnummer E-Mail Email Handynummer', 'Rufnummer'],
  address: ['Adresse Adressen Anschrift Postleitzahl Straße', 'Hausnummer PLZ'],
  residence: [
    'Wohnort Aufenthaltsort Wohnung Zuhause Standort',
    'wohne wohnt wohnen gewohnt lebe lebt umgezogen Haus Miete Vermieter Adresse',
  ],
  family: [
    'Familie Angehörige Verwandte Kinder Kind Ehe Beziehung Beziehungen Scheidung Partner Eltern',
    'Mutter Mama Vater Papa Sohn Tochter Schwester Bruder Ehefrau Ehemann Freundin Verlobte Verlobter Baby Oma Opa Großmutter Großvater Onkel Tante Cousin Cousine Neffe Nichte verheiratet geheiratet heiraten geschieden getrennt Schwiegermutter Zwillinge verwitwet',
  ],
  work: [
    'Arbeit Beruf Arbeitgeber Job Karriere',
    'arbeite arbeitet arbeiten gearbeitet angestellt Kollege Kollegin Chef Chefin Firma Büro gekündigt befördert freiberuflich selbständig Praktikum',
  ],
  crime: [
    'Straftat kriminell Vorstrafe Verurteilung Verhaftung Polizei Rechtsstreit',
    'verhaftet verurteilt Gefängnis Haft Bewährung Diebstahl gestohlen angeklagt Anwalt verklagt vorbestraft',
  ],
  substances: [
    'Alkohol Drogen ~Trinken Rauchen Glücksspiel',
    'betrunken Alkoholiker Bier Wein Kokain Heroin Cannabis Zigarette Zigaretten rauche raucht Raucher süchtig Entzug Kasino Wetten',
  ],
  pets: ['Haustier Haustiere Tiere', 'Hund Welpe Katze Kaninchen Hamster Pferd Papagei'],
  travel: [
    'Reise Reisen Urlaub Ferien Flug Flüge Ausflug',
    'fliege fliegen fliegt verreisen Hotel Flughafen Koffer gebucht Kreuzfahrt Fähre Campingplatz Ausland',
  ],
  food: [
    'Essen Ernährung Küche Kochen Mahlzeit',
    'esse isst gegessen koche kocht vegetarisch Vegetarier vegan Veganer Fleisch Fisch Käse Gemüse Obst Brot Nudeln Frühstück Mittagessen Abendessen Kaffee Tee Restaurant scharf Dessert Schokolade',
  ],
  leisure: [
    'Freizeit Hobby Hobbys Sport',
    'spiele spielt Fußball Tennis Schach Gitarre Klavier Geige Chor malen Wandern Radfahren Klettern Schwimmen Laufen Marathon Yoga Fitness stricken Garten Fotografie tanzen Konzert Musik',
  ],
  study: [
    'Studium Bildung Schule Universität Ausbildung',
    'studiere studiert Student Studentin Abschluss Kurs Prüfung Diplomarbeit Lehrer Lehrerin Vorlesung lernen',
  ],
}
