import type { TopicWords } from '../topics.ts'

export const SPANISH: TopicWords = {
  identity: [
    'naci nacida nacido me_llamo mi_nombre soy_de vengo_de creci tengo_anos lengua_materna',
    '=anos =edad',
  ],
  job: [
    'trabajo_en trabajo_como trabajo_de trabajo_para trabaja_en mi_trabajo nuevo_trabajo empleo autonom freelance ascend sueldo mi_jefe mi_jefa renunci dimit ensen profesor maestr enfermer disenador ingenier traductor interprete arquitect abogad contable cociner periodista cientific consultor electricista fontaner desarrollador programador contrataron primer_dia_en',
    'trabajo oficina equipo turno hospital agencia empresa clinica colegio escuela cliente contrato fijo jornada companer jefe jefa empiezo',
  ],
  study: [
    'estudio_ estudiando estudia carrera universidad tesis matricul grado_en master doctorado',
    '=curso examen clase aprender semestre nivel',
  ],
  home: [
    'vivo_en vivimos_en vive_en me_mude nos_mudamos me_mudo mudanza nuevo_piso nueva_casa mi_piso nuestro_piso alquil casero casera hipoteca',
    '=piso =casa planta =calle jardin barrio habitacion al_mes departamento apartamento fianza',
  ],
  family: [
    'mi_madre mi_padre mi_hermana mi_hermano mi_hijo mi_hija mi_mujer mi_marido mi_esposa mi_esposo mi_pareja mi_novio mi_novia novia novio mi_sobrin sobrin mi_prim mi_abuela mi_abuelo abuela abuelo mi_tia mi_tio mi_amig mi_vecin vecina vecino cunad suegr mis_padres mis_hijos casad divorci separ comprometi',
    '=madre =padre hermana hermano hijo hija familia ninos bebe cumple cumpleanos se_llama boda padres companer',
  ],
  pets: ['perr gat cachorr gatit conejo hamster loro caballo', 'veterinari adopt mascota'],
  allergy: [
    'alergi intoleran celiac no_puedo_comer anafila me_sienta_mal',
    'sarpullido reaccion hincha',
  ],
  condition: [
    'diagnostic migran asma diabet tiroid tension_arterial medicacion medicamento me_recet receta operacion operaron lesion fisio infeccion ulcera terapia depres ansiedad anemia embaraz eccema hipertens',
    'medic doctor dra dr dolor duele rodilla espalda pastilla mg hospital revision',
  ],
  diet: [
    'vegetarian vegan no_como como_pescado como_carne sin_gluten dejado_la_carne dejado_de_comer kosher halal',
    'carne pescado comer huevo leche queso',
  ],
  drink: ['cafe espresso capuchino cafeina alcohol bebo descafeinado', '=te =vino cerveza =taza'],
  leisure: [
    'me_encanta me_gusta odio_ prefiero favorit aficion coro orquesta guitarra piano violin ceramica escalada escalar maraton correr nadar natacion yoga ajedrez pintar senderismo ciclismo futbol tenis bailar jardineria punto fotografia canto_en toco_',
    'canto corro =leo novela =bici club ensayo entren banda equipo juego',
  ],
  plan: [
    'planeo pienso_ voy_a vamos_a quiero queremos me_gustaria espero reserv me_apunte apuntad inscri viaje vacaciones volamos vuelo visitar el_proximo proximo_ano cita boda examen proyecto ahorrando tengo_previsto',
    'semana primavera verano otono invierno enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre proxim',
  ],
}
