// Public keys for tests; nobody has the private ones.

export const EC_KEY = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE/5v4NwshbW0ES8pm+neXcYevN0Kx
dCHvHs0OlKTwAUT4Hq7bRKSPXSgfzbjqs4SkeOllLA+vyJX1gbyNETq6KQ==
-----END PUBLIC KEY-----
`

export const RSA_KEY = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA1zHNURv26zudCkvxGrpo
1hne4dXsIDIeDZJuazssuCG2FNTPtkNag+V2PkE8UM2FEyULcY0f1W4zIiIJUNRl
e+db7SW1STcv5eTe4TrwLLCy1xdjddIhkrJxejJheiDHQNw2fzL50GKMovO+trIx
7x21N5v1OBq5VFKtmr/9XZe/MN56Lu78+NqWsRRZxABOx8/W1k+cPFXwdGMGxUq6
q57E47wXGt2WkyY3PrMlJusf0kiUa71ytCToXBuvGm9TzQ7XyzQsh+qS3t2vXVf/
k2OyKAhBMQvpSdL8f+36IwRYN26qSN2o63JrzftSa3YsbYzTWadpKRk+m7GGkM4q
AwIDAQAB
-----END PUBLIC KEY-----
`
