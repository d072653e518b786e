import type { RelatedWords } from '../related-words.ts'

export const SPANISH: RelatedWords = {
  home: [
    'vivo vives vive vivimos casa piso dirección domicilio',
    'vivo vivimos mudé mudado mudanza piso apartamento dirección domicilio alquiler alquilado casero',
  ],
  job: [
    'trabajo trabajas trabaja empleo profesión empresa puesto',
    'trabajo trabaja empleo empleada contratado contratada profesión empresa puesto contrato cliente jefe jefa sueldo autónoma autónomo firmado',
  ],
  vehicle: ['coche carro auto conduzco vehículo', 'coche carro auto conduzco vehículo furgoneta'],
  phone: [
    'teléfono móvil celular',
    'teléfono móvil celular número SIM iPhone Pixel Samsung Galaxy',
  ],
  diet: [
    'como comes comer dieta carne',
    'como comer dieta carne pescado vegetariano vegetariana vegano vegana',
  ],
  drink: ['bebo beber café té', 'bebo café té descafeinado cortado'],
  allergy: [
    'alergia alergias alérgico alérgica',
    'alergia alérgico alérgica intolerancia intolerante reacción ronchas',
  ],
  medicine: [
    'medicamento medicina medicación pastillas',
    'medicamento medicina medicación pastilla comprimido receta mg miligramos dosis',
  ],
  pets: ['mascota mascotas', 'mascota perro perra cachorro gato gata conejo caballo'],
  partner: [
    'pareja marido esposa novio novia',
    'pareja marido esposo esposa novio novia casados juntos',
  ],
  wedding: [
    'boda casarme casarnos casamos',
    'boda casarnos casamos casado casada registro ceremonia prometidos',
  ],
  holiday: ['vacaciones viaje viajar', 'vacaciones viaje vuelo volamos ferry hotel reservado'],
  birthday: ['cumpleaños nacido nacida', 'cumpleaños cumple nací nacido nacida'],
  music: ['instrumento', 'instrumento piano guitarra violín violonchelo flauta batería trompeta'],
  sport: [
    'deporte ejercicio',
    'deporte ejercicio gimnasio correr nadar natación escalada yoga ciclismo maratón fútbol tenis',
  ],
  school: ['profesor profesora maestra clase', 'profesor profesora maestro maestra clase curso'],
}
