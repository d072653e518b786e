import { DefaultFailureConverter } from '@temporalio/common'

/**
 * Moves messages and stack traces of failures into a payload, so that the codec covers them too. Loaded by path, by the client, the
 * worker and the workflow bundle.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
