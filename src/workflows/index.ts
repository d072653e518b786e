/** Every export here is registered as a workflow. */
export { backfill } from './backfill.ts'
export { eraseUser } from './erase-user.ts'
export { narrate } from './narrate.ts'
export { nightly } from './nightly.ts'
export { persistMemory } from './persist-memory.ts'
export { processSession } from './process-session.ts'
export { scheduledNightly } from './scheduled-nightly.ts'
export { sync } from './sync.ts'
