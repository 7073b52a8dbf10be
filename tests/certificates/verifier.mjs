// A stranger's look at our credentials, with libraries that share nothing with ours: jose for the JWT, Digital Bazaar's
// verifier for the data integrity proof and for the status list. Whatever is not handed in is not fetched.
// In (stdin, JSON): jwt, credential, documents {address: JSON}. Out: {jwt, proof, status}, each
// {verified} and, of a refusal, the errors.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const given = JSON.parse(readFileSync(0, "utf8"));
const find = createRequire(`${process.argv[1]}/package.json`);
const load = async (name) => import(pathToFileURL(find.resolve(name)).href);
const jose = await load("jose");
const vc = await load("@digitalbazaar/vc");
const { DataIntegrityProof } = await load("@digitalbazaar/data-integrity");
const { cryptosuite } = await load("@digitalbazaar/eddsa-rdfc-2022-cryptosuite");
const { checkStatus } = await load("@digitalbazaar/vc-bitstring-status-list");

const method = (document, id) => {
  const found = document.verificationMethod.find((one) => one.id === id);
  if (!found || !document.assertionMethod.includes(id)) throw new Error(`no key ${id}`);
  return { "@context": "https://w3id.org/security/multikey/v1", ...found };
};
const documentLoader = async (address) => {
  const document = given.documents[address];
  if (document) return { contextUrl: null, documentUrl: address, document };
  const owner = given.documents[address.split("#")[0]];
  if (!owner) throw new Error(`not handed in: ${address}`);
  return { contextUrl: null, documentUrl: address, document: method(owner, address) };
};
const said = (result) => ({
  verified: result.verified,
  errors: [result.error, ...(result.error?.errors ?? [])].filter(Boolean).map((one) => one.message),
});
// A list that holds says nothing about its bit: both are asked (the library answers "verified" for what was withdrawn).
const stands = (result) => ({
  ...said(result),
  verified: result.verified && result.results.every((one) => one.status === false),
});
const suite = () => new DataIntegrityProof({ cryptosuite });

async function jwt() {
  try {
    const { kid } = jose.decodeProtectedHeader(given.jwt);
    const { publicKeyMultibase } = method(given.documents[kid.split("#")[0]], kid);
    const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let number = 0n;
    for (const letter of publicKeyMultibase.slice(1)) number = number * 58n + BigInt(alphabet.indexOf(letter));
    const bytes = Buffer.from(number.toString(16).padStart(68, "0"), "hex").subarray(2);
    const key = await jose.importJWK({ kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url"), alg: "EdDSA" });
    const { payload } = await jose.jwtVerify(given.jwt, key, { issuer: kid.split("#")[0] });
    return { verified: true, name: payload.name };
  } catch (error) {
    return { verified: false, errors: [error.message] };
  }
}

const credential = given.credential;
console.log(JSON.stringify({
  jwt: await jwt(),
  proof: said(await vc.verifyCredential({ credential, suite: suite(), documentLoader, checkStatus: async () => ({ verified: true }) })),
  status: stands(await checkStatus({ credential, suite: suite(), documentLoader, verifyBitstringStatusListCredential: true })),
}));
