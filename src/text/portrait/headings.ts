import type { NarrativeSection } from '../../domain/narrative.ts'

type Headings = Readonly<Record<NarrativeSection, string>>

const ENGLISH: Headings = {
  who: 'Who',
  work: 'Work',
  home: 'Home',
  people: 'People',
  health: 'Health',
  preferences: 'Preferences',
  plans: 'Plans and projects',
  more: 'More',
}

const HEADINGS: Readonly<Record<string, Headings>> = {
  en: ENGLISH,
  de: {
    who: 'Wer',
    work: 'Arbeit',
    home: 'Zuhause',
    people: 'Menschen',
    health: 'Gesundheit',
    preferences: 'Vorlieben',
    plans: 'Pläne und Projekte',
    more: 'Außerdem',
  },
  es: {
    who: 'Quién',
    work: 'Trabajo',
    home: 'Hogar',
    people: 'Personas',
    health: 'Salud',
    preferences: 'Preferencias',
    plans: 'Planes y proyectos',
    more: 'Además',
  },
  fr: {
    who: 'Qui',
    work: 'Travail',
    home: 'Domicile',
    people: 'Entourage',
    health: 'Santé',
    preferences: 'Préférences',
    plans: 'Projets',
    more: 'Divers',
  },
  it: {
    who: 'Chi',
    work: 'Lavoro',
    home: 'Casa',
    people: 'Persone',
    health: 'Salute',
    preferences: 'Preferenze',
    plans: 'Piani e progetti',
    more: 'Altro',
  },
  pt: {
    who: 'Quem',
    work: 'Trabalho',
    home: 'Casa',
    people: 'Pessoas',
    health: 'Saúde',
    preferences: 'Preferências',
    plans: 'Planos e projetos',
    more: 'Outros',
  },
  zh: {
    who: '身份',
    work: '工作',
    home: '住处',
    people: '身边的人',
    health: '健康',
    preferences: '喜好',
    plans: '计划与项目',
    more: '其他',
  },
  ar: {
    who: 'من هو',
    work: 'العمل',
    home: 'السكن',
    people: 'الأشخاص',
    health: 'الصحة',
    preferences: 'التفضيلات',
    plans: 'الخطط والمشاريع',
    more: 'أمور أخرى',
  },
}

export const headingsOf = (language: string): Headings => HEADINGS[language] ?? ENGLISH
