import type { TopicWords } from '../topics.ts'

export const SPANISH: TopicWords = {
  health: [
    'salud médico médica medicina medicamento medicamentos enfermedad enfermedades discapacidad diagnóstico síntoma síntomas terapia alergia alergias embarazo',
    'sano enfermo enferma doctor doctora hospital clínica operación operado operada cirugía tratamiento pastilla pastillas dosis inyección vacuna cáncer tumor diabetes diabético diabética insulina asma epilepsia migraña artritis depresión deprimido deprimida ansiedad TDAH autismo insomnio terapeuta psiquiatra psicólogo psicóloga alérgico alérgica intolerancia intolerante penicilina celíaco celíaca embarazada aborto colesterol infarto ictus VIH infección antibiótico antibióticos ibuprofeno fisioterapia lesión lesionado fractura crónico crónica diálisis quimioterapia tiroides antidepresivo',
  ],
  money: [
    'dinero salario salarios sueldo ingresos finanzas ~económico deuda deudas ahorros riqueza',
    'gano gana ganamos cobro cobra nómina bono aumento hipoteca préstamo quiebra pensión invertir inversión inversiones herencia heredado impuestos',
  ],
  religion: [
    'religión religioso religiosa fe creencias iglesia',
    'dios rezar rezo reza oración mezquita sinagoga biblia corán cristiano católico católica protestante musulmán musulmana islam judío judía hindú budista ateo atea bautizado ramadán cura imán rabino kosher halal misa',
  ],
  politics: [
    'política político elecciones voto votar ~partido sindicato',
    'voté vota votante conservador socialista comunista liberal congreso presidente manifestación sindicalista activista',
  ],
  sexuality: [
    'sexualidad sexual sexo ~orientación ~género intimidad',
    'gay lesbiana bisexual heterosexual homosexual queer transgénero trans asexual porno anticonceptivo condón',
  ],
  origin: [
    'etnia étnico raza nacionalidad ~origen ciudadanía ascendencia',
    'inmigrante inmigró migrante refugiado asilo ciudadano visado antepasados',
  ],
  secrets: [
    'contraseña contraseñas ~clave claves PIN credenciales secreto secretos IBAN DNI tarjeta_crédito token',
    'CVV PUK',
  ],
  contact: ['~contacto teléfono correo email móvil', 'celular'],
  address: ['dirección direcciones domicilio calle', 'código_postal avenida'],
  residence: [
    'residencia ~ubicación paradero hogar vivienda',
    'vivo vive vivimos vivir mudado mudé piso apartamento casa alquiler alquilo casero dirección',
  ],
  family: [
    'familia familiares hijos hijo matrimonio relación relaciones divorcio pareja padres',
    'madre mamá padre papá hija hermana hermano esposa esposo marido mujer novia novio bebé abuela abuelo tío tía primo prima sobrino sobrina casado casada divorciado divorciada separado suegra gemelos viuda',
  ],
  work: [
    'trabajo empleo empleador carrera profesión',
    'trabajo trabaja trabajar trabajaba empleado empleada colega jefe jefa empresa oficina contratado despedido dimitido ascenso autónomo prácticas',
  ],
  crime: [
    'delito criminal antecedentes condena arresto policía',
    'detenido arrestado condenado cárcel prisión libertad_condicional juicio tribunal robo robado acusado abogado demanda',
  ],
  substances: [
    'alcohol drogas ~beber fumar adicción apuestas',
    'borracho alcohólico cerveza vino cocaína heroína cannabis marihuana cigarrillo cigarrillos fumo fuma fumador adicto rehabilitación sobrio casino',
  ],
  pets: ['mascota mascotas animales', 'perro perra cachorro gato gata conejo hámster caballo loro'],
  travel: [
    'viaje viajes vacaciones vuelo vuelos',
    'viajar viajamos volamos hotel aeropuerto maleta reservado crucero ferry extranjero turista',
  ],
  food: [
    'comida alimentación cocina dieta',
    'como come comer cocinar vegetariano vegetariana vegano vegana carne pescado queso verduras fruta pan pasta desayuno almuerzo cena café té restaurante picante postre chocolate',
  ],
  leisure: [
    'ocio afición aficiones hobby deporte deportes',
    'juego juega fútbol tenis ajedrez guitarra piano violín coro pintar senderismo ciclismo escalada nadar correr maratón yoga gimnasio jardinería fotografía bailar concierto música',
  ],
  study: [
    'estudios educación escuela universidad',
    'estudio estudia estudiante carrera curso examen tesis clase profesor profesora aprender',
  ],
}
