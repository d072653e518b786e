import type { TopicWords } from '../topics.ts'

export const FRENCH: TopicWords = {
  identity: [
    "je_suis_ne je_m'appelle mon_nom je_viens_de j'ai_grandi langue_maternelle originaire",
    '=ans =age',
  ],
  job: [
    'je_travaille travaille_chez travaille_a travaille_comme mon_travail nouveau_travail nouveau_poste mon_poste mon_emploi embauch independant freelance promu salaire mon_chef ma_cheffe demission enseign professeur institut infirmi graphiste ingenieur traduct interprete architecte avocat comptable cuisinier boulang journaliste chercheu consultant electricien plombier developpeu premier_jour signe_chez',
    'travail bureau equipe hopital agence entreprise clinique ecole lycee client contrat cdi temps_plein collegue chef commence',
  ],
  study: [
    "j'etudie etudie_ etudes universite these inscrit master licence_de doctorat alternance",
    'cours examen classe apprend semestre niveau',
  ],
  home: [
    "j'habite nous_habitons on_habite habite_ je_vis_a je_vis_dans demenag emmenag nouvel_appartement nouvelle_maison mon_appartement notre_appartement mon_appart notre_maison proprietaire je_loue nous_louons sous-lou",
    'appartement maison etage =rue jardin loyer quartier chambre par_mois caution studio',
  ],
  family: [
    'ma_mere mon_pere ma_soeur mon_frere mon_fils ma_fille ma_femme mon_mari mon_compagnon ma_compagne mon_copain ma_copine mon_neveu ma_niece mon_cousin ma_cousine ma_grand-mere mon_grand-pere grand-mere grand-pere mamie papi ma_tante mon_oncle mon_ami mon_amie ma_voisine mon_voisin belle-mere beau-pere belle-soeur filleul mes_parents mes_enfants marie_avec divorc separe fianc soeur frere',
    "=mere =pere fils fille famille enfant bebe anniversaire s'appelle mariage parents collegue",
  ],
  pets: [
    'chien chienne chiot chat_ chatte chaton lapin hamster perroquet cheval',
    'veterinaire adopt laisse',
  ],
  allergy: ['allerg intoleran coeliaque anaphyla ne_supporte_pas', 'eruption reaction gonfl'],
  condition: [
    'diagnosti migraine asthme diabet thyroid tension_arterielle hypertens medicament traitement prescri operation opere bless dechir kine infection ulcere therapie depress anxiete anemi enceinte eczema',
    'medecin docteur dr douleur mal_au mal_a =genou =dos comprime mg hopital controle',
  ],
  diet: [
    'vegetari vegan vegetalien je_ne_mange je_mange sans_gluten plus_de_viande casher halal mange_du_poisson',
    'viande poisson manger =oeuf =lait fromage',
  ],
  drink: ['cafe espresso cappuccino cafeine alcool je_bois decafein', '=the =vin biere tasse'],
  leisure: [
    "j'adore j'aime je_deteste je_prefere prefere favori passion chorale orchestre guitare piano violon violoncelle poterie escalade marathon course_a_pied natation nager yoga echecs peinture randonnee velo =foot tennis danse jardinage tricot photographie je_chante je_joue je_cours",
    'chante cours_ lis roman club repetition entraine groupe equipe =jeu',
  ],
  plan: [
    "je_prevois nous_prevoyons j'ai_l'intention je_veux on_veut je_voudrais j'aimerais j'espere je_vais nous_allons on_va reserve inscrit voyage vacances vol_pour on_part nous_partons je_pars rendre_visite l'annee_prochaine rendez-vous mariage examen projet prevu",
    'semaine printemps =ete automne hiver janvier fevrier mars =avril =mai juin juillet aout septembre octobre novembre decembre prochain',
  ],
}
