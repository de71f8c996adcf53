// `pocketfront ca`: where the local certificate authority is, and how to trust it.
import { resolve } from 'node:path'
import { createLocalAuthority, defaultFolder } from '../assembly/https.ts'

/** Makes the authority if there is none. Rejects with PF_CERTIFICATE. */
export async function describeAuthority({
  caFolder,
  json,
}: {
  readonly caFolder: string | null
  readonly json: boolean
}): Promise<string> {
  const authority = createLocalAuthority(resolve(caFolder ?? defaultFolder(process.env)))
  await authority.get()
  const { file } = authority
  return json ? `${JSON.stringify({ event: 'ca', file })}\n` : toInstructions(file)
}

function toInstructions(file: string): string {
  return `${file}

Certificates for HTTPS are signed by this authority. It was made on this machine and its key stays beside it; trust it
only here. To do so:

  macOS            sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain '${file}'
  Debian, Ubuntu   sudo cp '${file}' /usr/local/share/ca-certificates/pocketfront.crt && sudo update-ca-certificates
  Fedora, Arch     sudo trust anchor '${file}'
  Windows          certutil -addstore -user Root "${file}"
  Chrome on Linux  certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n pocketfront -i '${file}'
  Firefox          Settings, Certificates, View Certificates, Authorities, Import

Without trusting it everywhere:

  curl             curl --cacert '${file}' https://localhost:8443/
  Node.js          NODE_EXTRA_CA_CERTS='${file}'
`
}
