// An OpenID provider for a test: everybody is who they say they are. Arguments: port, address of the console.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, port, console_url] = process.argv.slice(2);
const found = createRequire(`${modules}/`).resolve('oidc-provider');
const { Provider } = await import(pathToFileURL(found));

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: 'renkei',
    client_secret: 'a secret of the test & more',
    redirect_uris: [`${console_url}/enter/oidc/back`],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  }],
  cookies: { keys: ['a key of the test'] },
  // The claims of the scope stand in the ID token itself.
  conformIdTokenClaims: false,
  claims: { profile: ['preferred_username'] },
  findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: `sub-of-${id}`, preferred_username: id }) }),
  features: { devInteractions: { enabled: true } },
  pkce: { required: () => true },
});
provider.listen(Number(port), '127.0.0.1', () => console.log('listening'));
