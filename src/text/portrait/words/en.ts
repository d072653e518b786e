import type { TopicWords } from '../topics.ts'

export const ENGLISH: TopicWords = {
  identity: [
    "born_in born_on my_name_is my_name's native_speaker i'm_from i_am_from i_come_from grew_up years_old nationality pronouns",
    'originally =age birthday',
  ],
  job: [
    "my_job the_job new_job job_as job_at job_offer employ hired i_work i'm_working work_at work_for works_at works_for works_as working_at working_for freelanc self-employed promot my_boss salary hand_in_my_notice handed_in my_notice resign i_teach teach_at teaches teacher nurse designer developer engineer translator interpreter architect lawyer accountant chef baker journalist scientist consultant electrician plumber librarian professor researcher therapist first_day_at first_day_on first_working_day first_contract signed_with main_client apprentice",
    'work office =team shift hospital agency company clinic school museum client day_rate contract permanent full_time part_time colleague boss i_start starting accepted museum',
  ],
  study: [
    "i_study i'm_studying studying studies degree university thesis enrolled apprenticeship night_school diploma phd master's bachelor",
    'course exam =class lesson learn =term semester level',
  ],
  home: [
    "i_live we_live living_in lives_in moved_to moved_into moved_out moving_from moving_to moving_into we_moved new_flat new_house new_apartment we're_in_the_flat rent_a_flat rent_the sublet landlord my_flat our_flat our_house",
    '=flat house apartment floor garden street =rent lease tenant =room kitchen a_month =lane =road =row address',
  ],
  family: [
    'my_mother my_mum my_mom =mum =mom my_father my_dad =dad my_sister =sister my_brother brother my_son =son my_daughter daughter my_wife wife my_husband husband my_partner girlfriend boyfriend fiance my_nephew nephew my_niece niece my_cousin cousin grandma grandmother grandpa grandfather my_aunt my_uncle uncle my_friend best_friend my_neighbour neighbour godchild goddaughter godson stepson stepdaughter in-laws twins my_kids my_children got_married engaged proposed split_up divorc',
    'family kids children =baby birthday turns married wedding =lives teacher =class parents colleague friend',
  ],
  pets: [
    '=dog puppy =cat kitten rabbit hamster parrot =horse beagle whippet terrier labrador my_pet',
    'adopted vet leash =paws years-old weeks_old',
  ],
  allergy: [
    "allerg intoleran anaphyla epipen coeliac celiac can't_eat cannot_eat hives",
    'rash reaction antihistamine swell',
  ],
  condition: [
    "diagnos migraine asthma diabet thyroid blood_pressure medication i_take prescrib prescription surgery operation injur torn physio infection ulcer therapy therapist palpitation anaemi anemi depress anxiety insomnia arthritis concussion pregnan eczema don't_get_on doesn't_agree_with",
    'doctor dr =pain =hurt =knee =back tablet mg hospital check-up neurologist specialist =scan symptom',
  ],
  diet: [
    "vegetarian vegan pescatarian gluten-free i_don't_eat i_do_not_eat i_eat no_meat eating_meat given_up_meat given_up_fish kosher halal eating_fish eat_fish",
    '=meat =fish =eat =food =egg =milk dairy cheese',
  ],
  drink: [
    "coffee espresso cappuccino flat_white decaf caffeine green_tea i_drink don't_drink alcohol",
    '=tea =wine =beer =cup =mug',
  ],
  leisure: [
    "i_love i_like i_enjoy i_prefer i_hate i_can't_stand favourite favorite hobby choir singers orchestra guitar piano cello violin oud pottery climb bouldering boulder marathon running swimming lido yoga chess painting sketchbook hiking cycling football tennis dancing gardening knitting photography baking i_sing i_play i_run i_swim i_collect",
    '=run swim =sing draw paint =read novel =bike club =hall training rehearsal =band =team =game weekend enjoy loved',
  ],
  plan: [
    "planning i_plan we_plan going_to want_to wants_to i'd_like_to would_like_to hope_to i'll we'll booked signed_up enrolled trip holiday vacation we_fly i_fly will_be opens_on starts_on begins_on i've_decided visit next_year appointment wedding exam giving_a_talk moving_to i'm_moving saving_for project",
    'week spring summer autumn winter january february march april =may june july august september october november december =next =date',
  ],
}
