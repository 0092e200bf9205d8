/** The members of the reference API's interfaces: what docs/IMAPI.md and docs/RECORDER.md have to account for. */

/** Where an interface is described, and what it has. */
export interface ReferenceInterface {
  readonly document: "IMAPI" | "RECORDER";
  /** Its heading there, and the names of its members: of the tables of the documentation, without inherited ones. */
  readonly name: string;
  readonly members: readonly string[];
}

function described(document: ReferenceInterface["document"], name: string, members: string): ReferenceInterface {
  return { document, name, members: members.trim().split(/\s+/) };
}

export const referenceInterfaces: readonly ReferenceInterface[] = [
  described(
    "IMAPI",
    "IFileSystemImage",
    `Root SessionStartBlock FreeMediaBlocks SetMaxMediaBlocksFromDevice UsedBlocks VolumeName VolumeNameISO9660
    VolumeNameJoliet VolumeNameUDF ImportedVolumeName BootImageOptions FileCount DirectoryCount WorkingDirectory
    ChangePoint StrictFileSystemCompliance UseRestrictedCharacterSet FileSystemsToCreate FileSystemsSupported
    UDFRevision UDFRevisionsSupported ISO9660InterchangeLevel ISO9660InterchangeLevelsSupported StageFiles
    MultisessionInterfaces ChooseImageDefaults ChooseImageDefaultsForMediaType CreateResultImage Exists
    CalculateDiscIdentifier IdentifyFileSystemsOnDisc GetDefaultFileSystemForImport ImportFileSystem
    ImportSpecificFileSystem RollbackToChangePoint LockInChangePoint CreateDirectoryItem CreateFileItem`,
  ),
  described("IMAPI", "IFileSystemImage2", "BootImageOptionsArray"),
  described("IMAPI", "IFileSystemImage3", "CreateRedundantUdfMetadataFiles ProbeSpecificFileSystem"),
  described(
    "IMAPI",
    "IFsiItem",
    `Name FullPath CreationTime LastAccessedTime LastModifiedTime IsHidden FileSystemName FileSystemPath`,
  ),
  described("IMAPI", "IFsiFileItem", "DataSize DataSize32BitLow DataSize32BitHigh Data"),
  described("IMAPI", "IFsiFileItem2", "FsiNamedStreams IsNamedStream AddStream RemoveStream IsRealTime"),
  described(
    "IMAPI",
    "IFsiDirectoryItem",
    "_NewEnum EnumFsiItems Count Item AddDirectory AddFile AddTree Add Remove RemoveTree",
  ),
  described("IMAPI", "IFsiDirectoryItem2", "AddTreeWithNamedStreams"),
  described("IMAPI", "IFsiNamedStreams", "_NewEnum Item Count EnumNamedStreams"),
  described("IMAPI", "IEnumFsiItems", "Next Skip Reset Clone"),
  described("IMAPI", "IEnumProgressItems", "Next Skip Reset Clone"),
  described("IMAPI", "IBootOptions", "AssignBootImage BootImage ImageSize Manufacturer PlatformId Emulation"),
  described("IMAPI", "IFileSystemImageResult", "ImageStream TotalBlocks BlockSize ProgressItems DiscId"),
  described("IMAPI", "IFileSystemImageResult2", "ModifiedBlocks"),
  described("IMAPI", "IProgressItem", "Description FirstBlock LastBlock BlockCount"),
  described(
    "IMAPI",
    "IProgressItems",
    "_NewEnum Item Count ProgressItemFromBlock ProgressItemFromDescription EnumProgressItems",
  ),
  described("IMAPI", "IBlockRange", "StartLba EndLba"),
  described("IMAPI", "IBlockRangeList", "BlockRanges"),
  described("IMAPI", "IIsoImageManager", "Path Stream SetPath SetStream Validate"),
  described("IMAPI", "DFileSystemImageEvents", "Update"),
  described("IMAPI", "DFileSystemImageImportEvents", "UpdateImport"),
  described("IMAPI", "IMultisession", "IsSupportedOnCurrentMediaState InUse ImportRecorder"),
  described(
    "IMAPI",
    "IMultisessionSequential",
    `IsFirstDataSession StartAddressOfPreviousSession LastWrittenAddressOfPreviousSession NextWritableAddress
    FreeSectorsOnMedia`,
  ),
  described("IMAPI", "IMultisessionSequential2", "WriteUnitSize"),
  described("IMAPI", "IMultisessionRandomWrite", "WriteUnitSize LastWrittenAddress TotalSectorsOnMedia"),
  described("IMAPI", "IStreamPseudoRandomBased", "Seed ExtendedSeed"),
  described("IMAPI", "MsftStreamZero", "SetSize"),
  described("IMAPI", "IStreamConcatenate", "Initialize Initialize2 Append Append2"),
  described("IMAPI", "IStreamInterleave", "Initialize"),
  described(
    "IMAPI",
    "IRawCDImageCreator",
    `AddTrack AddSpecialPregap AddSubcodeRWGenerator ResultingImageType StartOfLeadout StartOfLeadoutLimit
    DisableGaplessAudio MediaCatalogNumber StartingTrackNumber TrackInfo NumberOfExistingTracks
    LastUsedUserSectorInImage ExpectedTableOfContents CreateResultImage`,
  ),
  described("IMAPI", "FsiFileSystems", "None ISO9660 Joliet UDF Unknown"),
  described("IMAPI", "FsiItemType", "NotFound Directory File"),
  described("IMAPI", "EmulationType", "None 12MFloppy 144MFloppy 288MFloppy HardDisk"),
  described("IMAPI", "PlatformId", "X86 PowerPC Mac EFI"),
  described("RECORDER", "IDiscMaster2", "_NewEnum Count Item IsSupportedEnvironment"),
  described("RECORDER", "DDiscMaster2Events", "NotifyDeviceAdded NotifyDeviceRemoved"),
  described(
    "RECORDER",
    "IDiscRecorder2",
    `InitializeDiscRecorder ActiveDiscRecorder VendorId ProductId ProductRevision VolumeName VolumePathNames
    DeviceCanLoadMedia LegacyDeviceNumber SupportedFeaturePages CurrentFeaturePages SupportedProfiles CurrentProfiles
    SupportedModePages EjectMedia CloseTray AcquireExclusiveAccess ReleaseExclusiveAccess ExclusiveAccessOwner
    EnableMcn DisableMcn`,
  ),
  described(
    "RECORDER",
    "IDiscRecorder2Ex",
    `SendCommandNoData SendCommandSendDataToDevice SendCommandGetDataFromDevice ReadDvdStructure SendDvdStructure
    GetAdapterDescriptor GetDeviceDescriptor GetDiscInformation GetTrackInformation GetFeaturePage GetModePage
    SetModePage GetSupportedFeaturePages GetSupportedProfiles GetSupportedModePages GetByteAlignmentMask
    GetMaximumPageAlignedTransferSize GetMaximumNonPageAlignedTransferSize`,
  ),
  described(
    "RECORDER",
    "IDiscFormat2",
    "IsRecorderSupported IsCurrentMediaSupported MediaPhysicallyBlank MediaHeuristicallyBlank SupportedMediaTypes",
  ),
  described(
    "RECORDER",
    "IDiscFormat2Data",
    `Recorder ClientName BufferUnderrunFreeDisabled PostgapAlreadyInImage CurrentMediaStatus WriteProtectStatus
    TotalSectorsOnMedia FreeSectorsOnMedia NextWritableAddress StartAddressOfPreviousSession
    LastWrittenAddressOfPreviousSession ForceMediaToBeClosed DisableConsumerDvdCompatibilityMode
    CurrentPhysicalMediaType RequestedWriteSpeed CurrentWriteSpeed SupportedWriteSpeeds SupportedWriteSpeedDescriptors
    SetWriteSpeed RequestedRotationTypeIsPureCAV CurrentRotationTypeIsPureCAV ForceOverwrite MultisessionInterfaces
    Write CancelWrite`,
  ),
  described("RECORDER", "DDiscFormat2DataEvents", "Update"),
  described("RECORDER", "IDiscFormat2Erase", "Recorder FullErase CurrentPhysicalMediaType ClientName EraseMedia"),
  described(
    "RECORDER",
    "IWriteEngine2",
    `WriteSection CancelWrite Recorder UseStreamingWrite12 StartingSectorsPerSecond EndingSectorsPerSecond
    BytesPerSector WriteInProgress`,
  ),
  described("RECORDER", "IBurnVerification", "BurnVerificationLevel"),
];
