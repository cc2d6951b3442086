// The libraries that read what certificates say; loaded when the first attestation comes.

/** An octet string, which within such a list is its bytes alone, whatever its type says. */
function bytesOf(value: Readonly<{ buffer: ArrayBuffer }> | ArrayBuffer): Buffer {
  return Buffer.from(value instanceof ArrayBuffer ? value : value.buffer)
}

export async function loadAsn1() {
  const [
    { AsnParser },
    { Certificate },
    { id_ce_keyDescription, NonStandardKeyDescription, AttestationApplicationId },
  ] = await Promise.all([
    import('@peculiar/asn1-schema'),
    import('@peculiar/asn1-x509'),
    import('@peculiar/asn1-android'),
  ])
  return {
    KEY_DESCRIPTION: id_ce_keyDescription,
    /** The values of an extension: none, or one, or more where somebody cheats. */
    extensionsOf: (der: Uint8Array, oid: string): readonly Buffer[] =>
      (AsnParser.parse(der, Certificate).tbsCertificate.extensions ?? []).flatMap(({ extnID, extnValue }) =>
        extnID === oid ? Buffer.from(extnValue.buffer) : [],
      ),
    keyDescription: (der: Uint8Array) => AsnParser.parse(der, NonStandardKeyDescription),
    applicationId: (der: Uint8Array) => {
      const { packageInfos, signatureDigests } = AsnParser.parse(der, AttestationApplicationId)
      return {
        packages: packageInfos.map(({ packageName }) => bytesOf(packageName).toString()),
        digests: signatureDigests.map((digest) => bytesOf(digest).toString('hex')),
      }
    },
  }
}

export type Asn1 = Awaited<ReturnType<typeof loadAsn1>>
