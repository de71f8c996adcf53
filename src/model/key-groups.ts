// Whose signatures a behavior trusts: public keys, and the groups that behaviors name.

/** (API Reference, 'PublicKeyConfig') */
export interface PublicKey {
  /** What a signed URL calls Key-Pair-Id. */
  readonly Id: string
  readonly Name: string
  /** PEM. */
  readonly EncodedKey: string
  readonly type: 'RSA 2048' | 'ECDSA P-256'
}

/** (API Reference, 'KeyGroupConfig') */
export interface KeyGroup {
  readonly Id: string
  readonly Name: string
  /** Those that the configuration has. */
  readonly Items: readonly PublicKey[]
}
