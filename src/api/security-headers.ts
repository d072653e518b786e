/** Of every answer. Whoever ends TLS in front knows whether to insist on it, and for which names besides. */
export const SECURITY_HEADERS = { strictTransportSecurity: false, xFrameOptions: 'DENY' }
