import type { TopicWords } from '../topics.ts'

export const GERMAN: TopicWords = {
  identity: [
    'geboren ich_heisse mein_name ich_komme_aus aufgewachsen jahre_alt muttersprach staatsangehorig',
    'ursprunglich =alter',
  ],
  job: [
    'ich_arbeite arbeitet_als arbeitet_bei arbeite_als arbeite_an arbeite_bei mein_job neue_stelle die_stelle neuer_job angestellt selbststandig freiberuf gekundigt kundigung befordert gehalt meine_chefin mein_chef ich_unterrichte unterrichte_ich *ingenieur *pfleger krankenschwester arztin =arzt entwickler *designer ubersetzer dolmetscher anwalt anwaltin buchhalter koch backer journalist berater elektriker bibliothekar versetzung erster_arbeitstag klassenleitung fachbereich neue_klasse referendar',
    '*lehrer leite unterrichte arbeit buro =team schicht klinik agentur firma schule kunde auftrag vertrag unbefristet vollzeit teilzeit kolleg kollegin klasse schulleiter schuljahr beruf',
  ],
  study: [
    'ich_studiere studiert studium *universitat *hochschule bachelor masterarbeit doktorarbeit ausbildung eingeschrieben abendschule',
    'kurs prufung lernen unterricht semester niveau',
  ],
  home: [
    'ich_wohne wir_wohnen wohne_in wohnen wohnt_in ich_lebe_in wir_leben_in umgezogen *umzug_geschafft umzug wir_ziehen ziehe_nach ziehen_nach eingezogen neue_wohnung vermieter unsere_wohnung meine_wohnung',
    'wohnung =haus *strasse *gasse *weg stock miete kaution erdgeschoss garten zimmer altbau warm',
  ],
  family: [
    'meine_mutter mutter mein_vater vater meine_schwester schwester mein_bruder bruder mein_sohn sohn meine_tochter tochter meine_frau mein_mann mein_freund meine_freundin freundin verlobte mein_neffe neffe meine_nichte nichte cousin cousine =oma =opa grossmutter grossvater tante onkel nachbarin nachbar *patenkind patentochter schwager schwiegermutter schwiegervater verheiratet geschieden getrennt seine_frau unsere_tochter unser_sohn',
    'familie kinder baby geburtstag heisst hochzeit wohnt eltern kollege',
  ],
  pets: [
    'hund hundin welpe katze kater kaninchen hamster wellensittich pferd',
    'tierarzt leine adoptiert',
  ],
  allergy: [
    '*allerg unvertraglich vertrage_kein vertragt_kein vertrage_keine zoliakie intoleran',
    'ausschlag reaktion schwillt schwellen',
  ],
  condition: [
    '*diagnose migrane asthma diabetes *schilddruse blutdruck medikament nehme_taglich operation verletz gerissen physio entzundung therapie depress angststorung neurodermitis arthrose bandscheibe schwanger thyroxin insulin',
    '=arzt arztin hausarzt dr schmerz weh knie rucken nacken tablette mikrogramm salbe krankenhaus kontrolle magen',
  ],
  diet: [
    'vegetari vegan fleisch_esse esse_kein ich_esse kein_fleisch glutenfrei koscher halal fisch_esse',
    'fleisch fisch essen =eier milch kase',
  ],
  drink: ['kaffee espresso cappuccino koffein alkohol ich_trinke trinke', '=tee =wein =bier tasse'],
  leisure: [
    'ich_liebe ich_mag ich_hasse am_liebsten lieblings hobby *chor orchester gitarre klavier geige fagott cello topfern klettern bouldern marathon joggen schwimmen yoga schach malen wandern radfahren tourenrad fussball tennis tanzen gartnern stricken fotografie backen ich_singe ich_spiele ich_laufe ich_sammle',
    'singen laufen lesen roman =rad verein probe training =band gern gerne spiel',
  ],
  plan: [
    'plane planen geplant ich_will wir_wollen ich_mochte mochte ich_habe_vor vor_habe hoffe gebucht angemeldet *reise *urlaub wir_fahren ich_fahre wir_fliegen ich_fliege besuche_ich ich_werde wir_werden verschiebt_sich nachstes_jahr termin hochzeit prufung ziehen_um wir_ziehen vorhaben projekt',
    'woche fruhling sommer herbst winter januar februar marz april =mai juni juli august september oktober november dezember nachste ab_dem im_herbst =start',
  ],
}
