# bash completion for discsmith. Generated: npm run build.
_discsmith() {
  local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "build rebuild patch create write append update revert burn close blank format info sessions boot list cat extract verify diff dump drives eject load speed trace serve mkisofs genisoimage xorrisofs xorriso oscdimg install-names completion help version" -- "$current"))
    return
  fi
  case "${COMP_WORDS[1]}" in
    build)
      case "$previous" in
        -o|--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --at) COMPREPLY=(); return ;;
        --exclude) COMPREPLY=(); return ;;
        --source-charset) COMPREPLY=(); return ;;
        --uid) COMPREPLY=(); return ;;
        --gid) COMPREPLY=(); return ;;
        --file-mode) COMPREPLY=(); return ;;
        --dir-mode) COMPREPLY=(); return ;;
        --hide) COMPREPLY=(); return ;;
        --sort-weight) COMPREPLY=(); return ;;
        --boot) COMPREPLY=($(compgen -W "auto" -- "$current")); return ;;
        --boot-bios) COMPREPLY=(); return ;;
        --boot-uefi) COMPREPLY=(); return ;;
        --boot-catalog) COMPREPLY=(); return ;;
        --partition-offset) COMPREPLY=(); return ;;
        --mbr) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --disk-signature) COMPREPLY=(); return ;;
        --disk-guid) COMPREPLY=(); return ;;
        --boot-like) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --zisofs-block) COMPREPLY=($(compgen -W "32K 64K 128K 256K 512K 1M" -- "$current")); return ;;
        --zisofs-min) COMPREPLY=(); return ;;
        --zisofs-version) COMPREPLY=($(compgen -W "1 2 auto" -- "$current")); return ;;
        --zisofs-exclude) COMPREPLY=(); return ;;
        --films) COMPREPLY=($(compgen -W "auto dvd-video bdmv" -- "$current")); return ;;
        --fs) COMPREPLY=(); return ;;
        -V|--volume) COMPREPLY=(); return ;;
        --iso-level) COMPREPLY=($(compgen -W "1 2 3 4" -- "$current")); return ;;
        --rock-ridge) COMPREPLY=($(compgen -W "1.10 1.12" -- "$current")); return ;;
        --publisher) COMPREPLY=(); return ;;
        --preparer) COMPREPLY=(); return ;;
        --application) COMPREPLY=(); return ;;
        --system-id) COMPREPLY=(); return ;;
        --volume-set) COMPREPLY=(); return ;;
        --copyright-file) COMPREPLY=(); return ;;
        --abstract-file) COMPREPLY=(); return ;;
        --bibliographic-file) COMPREPLY=(); return ;;
        --volume-date) COMPREPLY=(); return ;;
        --padding) COMPREPLY=(); return ;;
        --udf-revision) COMPREPLY=($(compgen -W "1.02 1.50 2.00 2.01 2.50 2.60" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
        --iso-charset) COMPREPLY=(); return ;;
        --unencodable) COMPREPLY=($(compgen -W "refuse mangle" -- "$current")); return ;;
        --unicode-form) COMPREPLY=($(compgen -W "nfc nfd" -- "$current")); return ;;
        --joliet-charset) COMPREPLY=($(compgen -W "utf-16 ucs-2" -- "$current")); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output -f --force --at --exclude --follow-links --xattr --xattr-any --acl --source-charset --rationalised --uid --gid --file-mode --dir-mode --hide --sort-weight --boot --boot-bios --boot-uefi --boot-catalog --hybrid --partition-offset --mbr --disk-signature --disk-guid --boot-like --zisofs --zisofs-block --zisofs-min --zisofs-version --zisofs-exclude --zisofs-ready --films --fs -V --volume --iso-level --iso-lowercase --iso-long-names --iso-no-version --iso-deep-paths --iso-any-ascii --rock-ridge --joliet-long --publisher --preparer --application --system-id --volume-set --copyright-file --abstract-file --bibliographic-file --volume-date --padding --udf-revision --udf-rebuild --udf-special-files --udf-embed --udf-vat --growable --charset --iso-charset --unencodable --unicode-form --joliet-charset --iso-1999 --strict -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    rebuild)
      case "$previous" in
        -o|--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --remove) COMPREPLY=(); return ;;
        --move) COMPREPLY=(); return ;;
        --at) COMPREPLY=(); return ;;
        --exclude) COMPREPLY=(); return ;;
        --source-charset) COMPREPLY=(); return ;;
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --import-fs) COMPREPLY=($(compgen -W "rockridge udf joliet iso" -- "$current")); return ;;
        --import-charset) COMPREPLY=(); return ;;
        --boot) COMPREPLY=($(compgen -W "auto" -- "$current")); return ;;
        --boot-bios) COMPREPLY=(); return ;;
        --boot-uefi) COMPREPLY=(); return ;;
        --boot-catalog) COMPREPLY=(); return ;;
        --partition-offset) COMPREPLY=(); return ;;
        --mbr) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --disk-signature) COMPREPLY=(); return ;;
        --disk-guid) COMPREPLY=(); return ;;
        --zisofs-block) COMPREPLY=($(compgen -W "32K 64K 128K 256K 512K 1M" -- "$current")); return ;;
        --zisofs-min) COMPREPLY=(); return ;;
        --zisofs-version) COMPREPLY=($(compgen -W "1 2 auto" -- "$current")); return ;;
        --zisofs-exclude) COMPREPLY=(); return ;;
        --films) COMPREPLY=($(compgen -W "auto dvd-video bdmv" -- "$current")); return ;;
        --fs) COMPREPLY=(); return ;;
        -V|--volume) COMPREPLY=(); return ;;
        --iso-level) COMPREPLY=($(compgen -W "1 2 3 4" -- "$current")); return ;;
        --rock-ridge) COMPREPLY=($(compgen -W "1.10 1.12" -- "$current")); return ;;
        --publisher) COMPREPLY=(); return ;;
        --preparer) COMPREPLY=(); return ;;
        --application) COMPREPLY=(); return ;;
        --system-id) COMPREPLY=(); return ;;
        --volume-set) COMPREPLY=(); return ;;
        --copyright-file) COMPREPLY=(); return ;;
        --abstract-file) COMPREPLY=(); return ;;
        --bibliographic-file) COMPREPLY=(); return ;;
        --volume-date) COMPREPLY=(); return ;;
        --padding) COMPREPLY=(); return ;;
        --udf-revision) COMPREPLY=($(compgen -W "1.02 1.50 2.00 2.01 2.50 2.60" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
        --iso-charset) COMPREPLY=(); return ;;
        --unencodable) COMPREPLY=($(compgen -W "refuse mangle" -- "$current")); return ;;
        --unicode-form) COMPREPLY=($(compgen -W "nfc nfd" -- "$current")); return ;;
        --joliet-charset) COMPREPLY=($(compgen -W "utf-16 ucs-2" -- "$current")); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output -f --force --remove --move --at --exclude --follow-links --xattr --xattr-any --acl --source-charset --session --start --scan --import-fs --import-charset --boot --boot-bios --boot-uefi --boot-catalog --hybrid --partition-offset --mbr --disk-signature --disk-guid --zisofs --zisofs-block --zisofs-min --zisofs-version --zisofs-exclude --zisofs-ready --films --fs -V --volume --iso-level --iso-lowercase --iso-long-names --iso-no-version --iso-deep-paths --iso-any-ascii --rock-ridge --joliet-long --publisher --preparer --application --system-id --volume-set --copyright-file --abstract-file --bibliographic-file --volume-date --padding --udf-revision --udf-rebuild --udf-special-files --udf-embed --udf-vat --growable --charset --iso-charset --unencodable --unicode-form --joliet-charset --iso-1999 --strict -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    patch)
      case "$previous" in
        --undo) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --session) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--undo --revert --all-sessions --session --scan --fs --charset --strict -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    create)
      case "$previous" in
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
        --capacity) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--media --capacity -f --force -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    write)
      case "$previous" in
        --at) COMPREPLY=(); return ;;
        --exclude) COMPREPLY=(); return ;;
        --source-charset) COMPREPLY=(); return ;;
        --boot) COMPREPLY=($(compgen -W "auto" -- "$current")); return ;;
        --boot-bios) COMPREPLY=(); return ;;
        --boot-uefi) COMPREPLY=(); return ;;
        --boot-catalog) COMPREPLY=(); return ;;
        --partition-offset) COMPREPLY=(); return ;;
        --mbr) COMPREPLY=($(compgen -f -- "$current")); return ;;
        --disk-signature) COMPREPLY=(); return ;;
        --disk-guid) COMPREPLY=(); return ;;
        --films) COMPREPLY=($(compgen -W "auto dvd-video bdmv" -- "$current")); return ;;
        --zisofs-block) COMPREPLY=($(compgen -W "32K 64K 128K 256K 512K 1M" -- "$current")); return ;;
        --zisofs-min) COMPREPLY=(); return ;;
        --zisofs-version) COMPREPLY=($(compgen -W "1 2 auto" -- "$current")); return ;;
        --zisofs-exclude) COMPREPLY=(); return ;;
        --fs) COMPREPLY=(); return ;;
        -V|--volume) COMPREPLY=(); return ;;
        --iso-level) COMPREPLY=($(compgen -W "1 2 3 4" -- "$current")); return ;;
        --rock-ridge) COMPREPLY=($(compgen -W "1.10 1.12" -- "$current")); return ;;
        --publisher) COMPREPLY=(); return ;;
        --preparer) COMPREPLY=(); return ;;
        --application) COMPREPLY=(); return ;;
        --system-id) COMPREPLY=(); return ;;
        --volume-set) COMPREPLY=(); return ;;
        --copyright-file) COMPREPLY=(); return ;;
        --abstract-file) COMPREPLY=(); return ;;
        --bibliographic-file) COMPREPLY=(); return ;;
        --volume-date) COMPREPLY=(); return ;;
        --padding) COMPREPLY=(); return ;;
        --udf-revision) COMPREPLY=($(compgen -W "1.02 1.50 2.00 2.01 2.50 2.60" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
        --iso-charset) COMPREPLY=(); return ;;
        --unencodable) COMPREPLY=($(compgen -W "refuse mangle" -- "$current")); return ;;
        --unicode-form) COMPREPLY=($(compgen -W "nfc nfd" -- "$current")); return ;;
        --joliet-charset) COMPREPLY=($(compgen -W "utf-16 ucs-2" -- "$current")); return ;;
        --speed) COMPREPLY=(); return ;;
        --verify) COMPREPLY=($(compgen -W "none quick full" -- "$current")); return ;;
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--at --exclude --follow-links --xattr --xattr-any --acl --source-charset --boot --boot-bios --boot-uefi --boot-catalog --hybrid --partition-offset --mbr --disk-signature --disk-guid --films --zisofs --zisofs-block --zisofs-min --zisofs-version --zisofs-exclude --zisofs-ready --fs -V --volume --iso-level --iso-lowercase --iso-long-names --iso-no-version --iso-deep-paths --iso-any-ascii --rock-ridge --joliet-long --publisher --preparer --application --system-id --volume-set --copyright-file --abstract-file --bibliographic-file --volume-date --padding --udf-revision --udf-rebuild --udf-special-files --udf-embed --udf-vat --growable --charset --iso-charset --unencodable --unicode-form --joliet-charset --iso-1999 --strict --close --speed --dummy --verify --streaming --media -f --force --disc -y --yes -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    append)
      case "$previous" in
        --remove) COMPREPLY=(); return ;;
        --move) COMPREPLY=(); return ;;
        --at) COMPREPLY=(); return ;;
        --exclude) COMPREPLY=(); return ;;
        --source-charset) COMPREPLY=(); return ;;
        --zisofs-block) COMPREPLY=($(compgen -W "32K 64K 128K 256K 512K 1M" -- "$current")); return ;;
        --zisofs-min) COMPREPLY=(); return ;;
        --zisofs-version) COMPREPLY=($(compgen -W "1 2 auto" -- "$current")); return ;;
        --zisofs-exclude) COMPREPLY=(); return ;;
        --import-fs) COMPREPLY=($(compgen -W "rockridge udf joliet iso" -- "$current")); return ;;
        --import-charset) COMPREPLY=(); return ;;
        --fs) COMPREPLY=(); return ;;
        -V|--volume) COMPREPLY=(); return ;;
        --iso-level) COMPREPLY=($(compgen -W "1 2 3 4" -- "$current")); return ;;
        --rock-ridge) COMPREPLY=($(compgen -W "1.10 1.12" -- "$current")); return ;;
        --publisher) COMPREPLY=(); return ;;
        --preparer) COMPREPLY=(); return ;;
        --application) COMPREPLY=(); return ;;
        --system-id) COMPREPLY=(); return ;;
        --volume-set) COMPREPLY=(); return ;;
        --copyright-file) COMPREPLY=(); return ;;
        --abstract-file) COMPREPLY=(); return ;;
        --bibliographic-file) COMPREPLY=(); return ;;
        --volume-date) COMPREPLY=(); return ;;
        --padding) COMPREPLY=(); return ;;
        --udf-revision) COMPREPLY=($(compgen -W "1.02 1.50 2.00 2.01 2.50 2.60" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
        --iso-charset) COMPREPLY=(); return ;;
        --unencodable) COMPREPLY=($(compgen -W "refuse mangle" -- "$current")); return ;;
        --unicode-form) COMPREPLY=($(compgen -W "nfc nfd" -- "$current")); return ;;
        --joliet-charset) COMPREPLY=($(compgen -W "utf-16 ucs-2" -- "$current")); return ;;
        --speed) COMPREPLY=(); return ;;
        --verify) COMPREPLY=($(compgen -W "none quick full" -- "$current")); return ;;
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--remove --move --at --exclude --follow-links --xattr --xattr-any --acl --source-charset --zisofs --zisofs-block --zisofs-min --zisofs-version --zisofs-exclude --zisofs-ready --import-fs --import-charset --fs -V --volume --iso-level --iso-lowercase --iso-long-names --iso-no-version --iso-deep-paths --iso-any-ascii --rock-ridge --joliet-long --publisher --preparer --application --system-id --volume-set --copyright-file --abstract-file --bibliographic-file --volume-date --padding --udf-revision --udf-rebuild --udf-special-files --udf-embed --udf-vat --growable --charset --iso-charset --unencodable --unicode-form --joliet-charset --iso-1999 --strict --close --speed --dummy --verify --streaming --media -f --force --disc -y --yes -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    update)
      case "$previous" in
        --at) COMPREPLY=(); return ;;
        --source-charset) COMPREPLY=(); return ;;
        --zisofs-block) COMPREPLY=($(compgen -W "32K 64K 128K 256K 512K 1M" -- "$current")); return ;;
        --zisofs-min) COMPREPLY=(); return ;;
        --zisofs-version) COMPREPLY=($(compgen -W "1 2 auto" -- "$current")); return ;;
        --zisofs-exclude) COMPREPLY=(); return ;;
        --import-fs) COMPREPLY=($(compgen -W "rockridge udf joliet iso" -- "$current")); return ;;
        --import-charset) COMPREPLY=(); return ;;
        --fs) COMPREPLY=(); return ;;
        -V|--volume) COMPREPLY=(); return ;;
        --iso-level) COMPREPLY=($(compgen -W "1 2 3 4" -- "$current")); return ;;
        --rock-ridge) COMPREPLY=($(compgen -W "1.10 1.12" -- "$current")); return ;;
        --publisher) COMPREPLY=(); return ;;
        --preparer) COMPREPLY=(); return ;;
        --application) COMPREPLY=(); return ;;
        --system-id) COMPREPLY=(); return ;;
        --volume-set) COMPREPLY=(); return ;;
        --copyright-file) COMPREPLY=(); return ;;
        --abstract-file) COMPREPLY=(); return ;;
        --bibliographic-file) COMPREPLY=(); return ;;
        --volume-date) COMPREPLY=(); return ;;
        --padding) COMPREPLY=(); return ;;
        --udf-revision) COMPREPLY=($(compgen -W "1.02 1.50 2.00 2.01 2.50 2.60" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
        --iso-charset) COMPREPLY=(); return ;;
        --unencodable) COMPREPLY=($(compgen -W "refuse mangle" -- "$current")); return ;;
        --unicode-form) COMPREPLY=($(compgen -W "nfc nfd" -- "$current")); return ;;
        --joliet-charset) COMPREPLY=($(compgen -W "utf-16 ucs-2" -- "$current")); return ;;
        --speed) COMPREPLY=(); return ;;
        --verify) COMPREPLY=($(compgen -W "none quick full" -- "$current")); return ;;
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--at --delete --checksum --xattr --xattr-any --acl --dedup --source-charset --zisofs --zisofs-block --zisofs-min --zisofs-version --zisofs-exclude --import-fs --import-charset --fs -V --volume --iso-level --iso-lowercase --iso-long-names --iso-no-version --iso-deep-paths --iso-any-ascii --rock-ridge --joliet-long --publisher --preparer --application --system-id --volume-set --copyright-file --abstract-file --bibliographic-file --volume-date --padding --udf-revision --udf-rebuild --udf-special-files --udf-embed --udf-vat --growable --charset --iso-charset --unencodable --unicode-form --joliet-charset --iso-1999 --strict --close --speed --dummy --verify --streaming --media -f --force --disc -y --yes -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    revert)
      case "$previous" in
        --session) COMPREPLY=(); return ;;
        --fs) COMPREPLY=(); return ;;
        -V|--volume) COMPREPLY=(); return ;;
        --iso-level) COMPREPLY=($(compgen -W "1 2 3 4" -- "$current")); return ;;
        --rock-ridge) COMPREPLY=($(compgen -W "1.10 1.12" -- "$current")); return ;;
        --publisher) COMPREPLY=(); return ;;
        --preparer) COMPREPLY=(); return ;;
        --application) COMPREPLY=(); return ;;
        --system-id) COMPREPLY=(); return ;;
        --volume-set) COMPREPLY=(); return ;;
        --copyright-file) COMPREPLY=(); return ;;
        --abstract-file) COMPREPLY=(); return ;;
        --bibliographic-file) COMPREPLY=(); return ;;
        --volume-date) COMPREPLY=(); return ;;
        --padding) COMPREPLY=(); return ;;
        --udf-revision) COMPREPLY=($(compgen -W "1.02 1.50 2.00 2.01 2.50 2.60" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
        --iso-charset) COMPREPLY=(); return ;;
        --unencodable) COMPREPLY=($(compgen -W "refuse mangle" -- "$current")); return ;;
        --unicode-form) COMPREPLY=($(compgen -W "nfc nfd" -- "$current")); return ;;
        --joliet-charset) COMPREPLY=($(compgen -W "utf-16 ucs-2" -- "$current")); return ;;
        --speed) COMPREPLY=(); return ;;
        --verify) COMPREPLY=($(compgen -W "none quick full" -- "$current")); return ;;
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--session --fs -V --volume --iso-level --iso-lowercase --iso-long-names --iso-no-version --iso-deep-paths --iso-any-ascii --rock-ridge --joliet-long --publisher --preparer --application --system-id --volume-set --copyright-file --abstract-file --bibliographic-file --volume-date --padding --udf-revision --udf-rebuild --udf-special-files --udf-embed --udf-vat --growable --charset --iso-charset --unencodable --unicode-form --joliet-charset --iso-1999 --strict --close --speed --dummy --verify --streaming --media -f --force --disc -y --yes -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    burn)
      case "$previous" in
        --blocks) COMPREPLY=(); return ;;
        --speed) COMPREPLY=(); return ;;
        --verify) COMPREPLY=($(compgen -W "none quick full" -- "$current")); return ;;
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--blocks --close --speed --dummy --verify --streaming --media -f --force --disc -y --yes -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    close)
      case "$previous" in
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--disc -y --yes -f --force -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    blank)
      case "$previous" in
        --type) COMPREPLY=($(compgen -W "minimal full" -- "$current")); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--type --disc -y --yes -f --force -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    format)
      case "$previous" in
        --type) COMPREPLY=($(compgen -W "quick full" -- "$current")); return ;;
        --spare) COMPREPLY=(); return ;;
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--type --spare --pseudo-overwrite --disc -y --yes -f --force -n --dry-run --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    info)
      case "$previous" in
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--session --start --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    sessions)
      case "$previous" in
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--session --start --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    boot)
      case "$previous" in
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--session --start --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    list)
      case "$previous" in
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-l --long --raw --session --start --scan --fs --charset --strict --json --ndjson -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    cat)
      case "$previous" in
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--raw --session --start --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    extract)
      case "$previous" in
        -C|--directory) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-C --directory --overwrite --owner --xattr --xattr-any --acl --raw --session --start --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    verify)
      case "$previous" in
        --against) COMPREPLY=($(compgen -d -- "$current")); return ;;
        --at) COMPREPLY=(); return ;;
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--against --at --session --start --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    diff)
      case "$previous" in
        --at) COMPREPLY=(); return ;;
        --fs) COMPREPLY=($(compgen -W "rockridge joliet iso udf" -- "$current")); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--at --no-content --xattr --xattr-any --acl --raw --scan --fs --charset --strict --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    dump)
      case "$previous" in
        --at) COMPREPLY=(); return ;;
        --count) COMPREPLY=(); return ;;
        --path) COMPREPLY=(); return ;;
        --session) COMPREPLY=(); return ;;
        --start) COMPREPLY=(); return ;;
        --charset) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--at --count --iso --udf --path --session --start --scan --charset --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    drives)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -W "" -- "$current")); fi ;;
    eject)
      case "$previous" in
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--disc --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    load)
      case "$previous" in
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--disc --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    speed)
      case "$previous" in
        --disc) COMPREPLY=(); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--disc --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    trace)
      case "$previous" in
        -o|--output) COMPREPLY=($(compgen -f -- "$current")); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-o --output -f --force --data --serial-numbers -p --print -l --long -a --all --bare --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    serve)
      case "$previous" in
        --target-name) COMPREPLY=(); return ;;
        --media) COMPREPLY=($(compgen -W "cd-r cd-rw dvd-r dvd-rw dvd-r-dl dvd+r dvd+r-dl dvd+rw dvd+rw-dl dvd-ram bd-r bd-r-dl bd-re bd-re-dl" -- "$current")); return ;;
      esac
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "--iscsi --target-name --media -f --force --json -h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    mkisofs)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    genisoimage)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    xorrisofs)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    xorriso)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    oscdimg)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -f -- "$current")); fi ;;
    install-names)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-f --force -h --help" -- "$current"))
      else COMPREPLY=($(compgen -W "" -- "$current")); fi ;;
    completion)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -W "bash zsh fish" -- "$current")); fi ;;
    help)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -W "build rebuild patch create write append update revert burn close blank format info sessions boot list cat extract verify diff dump drives eject load speed trace serve mkisofs genisoimage xorrisofs xorriso oscdimg install-names completion help version" -- "$current")); fi ;;
    version)
      if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W "-h --help" -- "$current"))
      else COMPREPLY=($(compgen -W "" -- "$current")); fi ;;
  esac
}
complete -o filenames -F _discsmith discsmith
