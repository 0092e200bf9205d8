#!/usr/bin/env bash
# Installs the other programs that the tests use as judges, from Debian's packages. Needs root. Quick when they are there.
set -euo pipefail

packages=(
  xorriso            # reads and writes images and their sessions
  genisoimage        # reads (isoinfo) and writes images; makes sessions from two numbers
  libarchive-tools   # bsdtar
  7zip               # 7zz
  libcdio-utils      # iso-info
  python3-pycdlib    # a strict parser
  xz-utils           # unpacks images of other writers
  isomd5sum          # implantisomd5 puts sums into images, checkisomd5 checks them
  udftools           # mkudffs makes UDF volumes, udfinfo judges them
  grub-common        # grub-fstest reads UDF
  isolinux           # loaders of bootable images: of Syslinux,
  grub-pc-bin grub-efi-amd64-bin  # and of GRUB, whose grub-mkrescue
  mtools             # needs mformat; reads FAT volumes
  dosfstools         # fsck.fat judges them
  gdisk fdisk        # judge partition tables
  acl                # getfacl
  attr               # getfattr
  gcc g++ libc6-dev make python3  # build the native addon, and fake drives for it
  binutils           # objdump: what its binary asks for
  clang-format       # whether its source is formatted
  libiscsi-bin       # an initiator and its test suite judge served discs
  qemu-utils qemu-block-extra  # qemu-img reads them
  dvdauthor          # makes films on DVD, which libdvdread reads:
  libdvdread-dev lsdvd
  libbluray-bin      # reads films on Blu-ray disc
  cloud-init         # takes seeds of virtual machines,
  packer             # and makes such with us; 17 MB, 107 MB unpacked
)

# With the rig beside the project, its kernels and its drive judge too.
if [ -d "$(dirname "$0")/../../shared/rig" ]; then
  packages+=(
    wodim growisofs dvd+rw-tools                 # burn on the rig's drive, and on ours
    qemu-system-x86 busybox-static cpio kmod zstd  # start kernels that mount
    sg3-utils                                    # moves the tray
    libudfread-dev                               # reads UDF, as players do
    attr faketime makefs                         # make the images of other writers
    ovmf seabios syslinux-common systemd-boot-efi  # firmware that boots, what isolinux needs for it, and a loader
  )
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  # It is a judge here, and is not to set this machine up when it starts the next time.
  case " ${missing[*]} " in
    *" cloud-init "*) mkdir -p /etc/cloud && touch /etc/cloud/cloud-init.disabled ;;
  esac
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
