/** The features that something depends on, by name. MMC-6 "Feature list". */
export const featureCodes: {
  readonly profileList: 0x0000;
  readonly core: 0x0001;
  readonly removableMedium: 0x0003;
  readonly randomReadable: 0x0010;
  readonly cdRead: 0x001e;
  readonly dvdRead: 0x001f;
  readonly randomWritable: 0x0020;
  readonly incrementalStreaming: 0x0021;
  readonly formattable: 0x0023;
  readonly defectManagement: 0x0024;
  readonly dvdPlusRw: 0x002a;
  readonly dvdPlusR: 0x002b;
  readonly restrictedOverwrite: 0x002c;
  readonly cdTrackAtOnce: 0x002d;
  readonly cdMastering: 0x002e;
  readonly dvdMinusWrite: 0x002f;
  readonly layerJump: 0x0033;
  readonly cdRwWrite: 0x0037;
  readonly bdRPseudoOverwrite: 0x0038;
  readonly dvdPlusRwDualLayer: 0x003a;
  readonly dvdPlusRDualLayer: 0x003b;
  readonly bdRead: 0x0040;
  readonly bdWrite: 0x0041;
  readonly realTimeStreaming: 0x0107;
  readonly serialNumber: 0x0108;
} = {
  profileList: 0x0000,
  core: 0x0001,
  removableMedium: 0x0003,
  randomReadable: 0x0010,
  cdRead: 0x001e,
  dvdRead: 0x001f,
  randomWritable: 0x0020,
  incrementalStreaming: 0x0021,
  formattable: 0x0023,
  defectManagement: 0x0024,
  dvdPlusRw: 0x002a,
  dvdPlusR: 0x002b,
  restrictedOverwrite: 0x002c,
  cdTrackAtOnce: 0x002d,
  cdMastering: 0x002e,
  dvdMinusWrite: 0x002f,
  layerJump: 0x0033,
  cdRwWrite: 0x0037,
  bdRPseudoOverwrite: 0x0038,
  dvdPlusRwDualLayer: 0x003a,
  dvdPlusRDualLayer: 0x003b,
  bdRead: 0x0040,
  bdWrite: 0x0041,
  realTimeStreaming: 0x0107,
  serialNumber: 0x0108,
};
