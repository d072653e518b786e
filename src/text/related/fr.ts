import type { RelatedWords } from '../related-words.ts'

export const FRENCH: RelatedWords = {
  home: [
    'habite habites habitons vis adresse maison appartement domicile',
    'habite habitons vis déménagé déménagement emménagé appartement adresse domicile loyer loue propriétaire',
  ],
  job: [
    'travail travaille travailles métier profession emploi entreprise employeur poste',
    'travail travaille métier profession emploi entreprise employeur poste embauché embauchée contrat cliente client chef salaire freelance démissionné',
  ],
  vehicle: ['voiture conduis conduire véhicule', 'voiture conduis véhicule camionnette'],
  phone: [
    'téléphone portable mobile',
    'téléphone portable mobile numéro SIM iPhone Pixel Samsung Galaxy',
  ],
  diet: [
    'mange manger régime viande',
    'mange régime viande poisson végétarien végétarienne végétalien vegan',
  ],
  drink: ['bois boire café thé', 'bois café thé décaféiné expresso'],
  allergy: [
    'allergie allergies allergique',
    'allergie allergique intolérance intolérant réaction urticaire',
  ],
  medicine: [
    'médicament médicaments traitement comprimés',
    'médicament traitement comprimé ordonnance prescrit mg milligrammes dose',
  ],
  pets: ['animal animaux', 'animal chien chienne chiot chat chatte lapin cheval'],
  partner: [
    'compagnon compagne mari femme',
    'compagnon compagne mari épouse fiancé fiancée mariés ensemble',
  ],
  wedding: ['mariage marier épouser', 'mariage marier mariés mairie cérémonie fiançailles'],
  holiday: ['vacances voyage voyager', 'vacances voyage vol avion ferry hôtel réservé gîte'],
  birthday: ['anniversaire né née', 'anniversaire né née fête'],
  music: ['instrument', 'instrument piano guitare violon violoncelle flûte batterie trompette'],
  sport: [
    'sport exercice',
    'sport exercice gym courir course nager natation escalade yoga vélo marathon foot tennis',
  ],
  school: ['professeur maîtresse maître classe', 'professeur maîtresse maître classe école'],
}
