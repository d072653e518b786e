import type { TopicWords } from '../topics.ts'

export const FRENCH: TopicWords = {
  health: [
    'santé médical médicale médecine médicament médicaments maladie maladies handicap diagnostic symptôme symptômes thérapie allergie allergies grossesse',
    'malade médecin docteur hôpital clinique opération opéré opérée chirurgie traitement ordonnance prescrit comprimé comprimés dose piqûre vaccin vacciné cancer tumeur diabète diabétique insuline asthme asthmatique épilepsie migraine arthrite dépression déprimé déprimée anxiété TDAH autisme insomnie thérapeute psychiatre psychologue allergique intolérance intolérant pénicilline cœliaque eczéma enceinte fausse_couche cholestérol infarctus AVC VIH infection antibiotique antibiotiques ibuprofène kiné blessure blessé fracture chronique dialyse chimiothérapie thyroïde handicapé antidépresseur',
  ],
  money: [
    'argent salaire salaires revenu revenus finances financier dette dettes épargne fortune',
    'gagne gagnons prime augmentation hypothèque prêt crédit faillite retraite investir investissement héritage hérité impôts',
  ],
  religion: [
    'religion religieux religieuse foi croyances église',
    'dieu prier prie prière mosquée synagogue bible coran chrétien catholique protestant musulman musulmane islam juif juive hindou bouddhiste athée baptisé ramadan prêtre imam rabbin casher halal messe',
  ],
  politics: [
    'politique politiques élection élections vote voter syndicat',
    'voté électeur conservateur socialiste communiste libéral parlement président manifestation syndiqué militant',
  ],
  sexuality: [
    'sexualité sexuel sexuelle sexe ~orientation intimité',
    'gay lesbienne bisexuel hétérosexuel homosexuel queer transgenre trans asexuel porno contraception préservatif liaison',
  ],
  origin: [
    'ethnie ethnique race nationalité ~origine citoyenneté ascendance',
    'immigré immigrée migrant réfugié asile citoyen visa ancêtres',
  ],
  secrets: [
    'mot_de_passe PIN identifiants secret secrets IBAN carte_bancaire jeton',
    'CVV PUK digicode',
  ],
  contact: ['~contact téléphone courriel email portable', 'coordonnées'],
  address: ['adresse adresses domicile rue', 'code_postal avenue'],
  residence: [
    'résidence localisation logement foyer',
    'habite habitons habiter vis vivons déménagé appartement maison loyer propriétaire adresse',
  ],
  family: [
    'famille proches enfants enfant mariage relation relations divorce conjoint parents',
    'mère maman père papa fils fille sœur frère femme épouse mari époux copine copain fiancé fiancée bébé grand-mère grand-père oncle tante cousin cousine neveu nièce marié mariée divorcé divorcée séparé belle-mère jumeaux veuve',
  ],
  work: [
    'travail emploi employeur carrière profession métier',
    'travaille travailler travaillait employé employée collègue patron patronne chef entreprise bureau embauché licencié démissionné promotion indépendant stage',
  ],
  crime: [
    'crime criminel casier_judiciaire condamnation arrestation police',
    'arrêté condamné prison détention sursis tribunal procès volé accusé avocat plainte',
  ],
  substances: [
    'alcool drogue drogues ~boire fumer addiction',
    'ivre alcoolique bière vin cocaïne héroïne cannabis cigarette cigarettes fume fumeur dépendant cure sobre casino',
  ],
  pets: [
    'animal animaux ~compagnie',
    'chien chienne chiot chat chatte lapin hamster cheval perroquet',
  ],
  travel: [
    'voyage voyages vacances',
    'voyager voyageons vol_pour avion hôtel aéroport valise réservé croisière ferry étranger touriste',
  ],
  food: [
    'nourriture alimentation cuisine repas régime',
    'mange mangeons manger cuisiner végétarien végétarienne végane viande poisson fromage légumes fruits pain pâtes petit-déjeuner déjeuner dîner café thé restaurant épicé dessert chocolat',
  ],
  leisure: [
    'loisirs loisir hobby passe-temps sport sports',
    'joue jouer football tennis échecs guitare piano violon chorale peinture randonnée vélo escalade natation course marathon yoga gym jardinage photographie danse concert musique',
  ],
  study: [
    'études éducation école université',
    'étudie étudiant étudiante diplôme cours examen thèse classe professeur apprendre',
  ],
}
