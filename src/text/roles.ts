/** Roles under which programs speak; whatever else is there is a person. */
const MACHINES: ReadonlySet<string> = new Set([
  'assistant',
  'ai',
  'bot',
  'model',
  'system',
  'tool',
  'function',
  'developer',
])

export const isMachine = (role: string | null): boolean =>
  role !== null && MACHINES.has(role.toLowerCase())
