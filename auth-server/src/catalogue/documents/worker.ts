// The thread that reads one document: whatever it takes, whoever signs in meanwhile does not wait for it.
import { parentPort, workerData } from 'node:worker_threads'
import { readDocumentText } from './read-text.ts'

parentPort?.postMessage(await readDocumentText(String(workerData)))
