import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PageServer {
  readonly url: string
  close(): Promise<void>
}

/** Serves a page that loads `script` as a module, and nothing else, from this machine. */
export async function serve(script: string, policy?: string): Promise<PageServer> {
  const page =
    '<!doctype html><title>tradewire</title><script type="module" src="page.js"></script>'
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html', page],
    '/page.js': ['text/javascript', script],
    '/favicon.ico': ['image/x-icon', ''],
  }
  const server = createServer(({ url }, response) => {
    const [type, text] = files[url ?? ''] ?? ['text/plain', undefined]
    response.statusCode = text === undefined ? 404 : 200
    response.setHeader('content-type', `${type}; charset=utf-8`)
    if (policy !== undefined) response.setHeader('content-security-policy', policy)
    response.end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
