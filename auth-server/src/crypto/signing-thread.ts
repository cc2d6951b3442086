// The thread that signs what signing-work.ts asks for, one after the other.
import { parentPort } from 'node:worker_threads'
import { signatureOf, type ToSign } from './signature.ts'

parentPort?.on('message', (toSign: ToSign) => parentPort?.postMessage(signatureOf(toSign)))
