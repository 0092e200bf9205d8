/** The texts and times of a volume, which all its descriptors share. */
export interface VolumeDescription {
  readonly volumeName: string;
  readonly systemIdentifier: string;
  readonly volumeSetIdentifier: string;
  readonly publisherIdentifier: string;
  readonly dataPreparerIdentifier: string;
  readonly applicationIdentifier: string;
  readonly copyrightFileIdentifier: string;
  readonly abstractFileIdentifier: string;
  readonly bibliographicFileIdentifier: string;
  /** Milliseconds since 1970. */
  readonly createdMs: number;
  readonly modifiedMs: number;
  /** `null` where not specified. */
  readonly expirationMs: number | null;
  readonly effectiveMs: number | null;
  /** Up to 512 bytes. */
  readonly applicationUse: Uint8Array;
}
