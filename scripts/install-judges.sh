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
  udftools           # mkudffs makes UDF volumes, udfinfo judges them
  grub-common        # grub-fstest reads UDF
)

# With the rig beside the project, its kernels and its drive judge too.
if [ -d "$(dirname "$0")/../../shared/rig" ]; then
  packages+=(
    wodim growisofs                              # burn on the rig's drive
    qemu-system-x86 qemu-block-extra busybox-static cpio kmod zstd  # start kernels that mount
    libiscsi-bin sg3-utils                       # show a kernel the drive
    libudfread-dev                               # reads UDF, as players do
    attr faketime makefs                         # make the images of other writers
    gcc libc6-dev
  )
fi

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null | grep -q '^installed$' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi
